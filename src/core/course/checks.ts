/**
 * The checks a lesson may name, and what each takes. What a check reads is in `world/checks/`, one reader per row. A
 * check only reads the world: it never remembers a click. What a check speaks about must be there: while it is not,
 * neither the check nor its opposite holds.
 */

/** What one argument may be; a list allows these words only. */
type Param = 'text' | 'number' | readonly string[];

interface Signature {
  /** arguments by position, with the name that problems use */
  readonly args: readonly (readonly [name: string, param: Param])[];
  /** how many of `args` may be left out, from the end */
  readonly optional?: number;
  readonly named: Readonly<Record<string, Param>>;
  readonly says: string;
}

const SIDES = ['client', 'server'] as const;
const VERSIONS = ['1.2', '1.3'] as const;
const run = { of: 'text', version: VERSIONS } as const;

export const CHECKS = {
  'key.exists': { args: [['owner', 'text']], named: {}, says: 'The owner has a key pair.' },
  'key.home': { args: [['owner', 'text']], named: {}, says: 'The private key never left its owner.' },
  'key.fits': { args: [['owner', 'text']], named: { cert: 'text' }, says: 'The key belongs to the certificate.' },
  'sig.ok': {
    args: [
      ['owner', 'text'],
      ['text', ['sent', 'edited']],
    ],
    optional: 1,
    named: { by: 'text' },
    says: 'The signature fits the message under the public key of `by`, else of its owner.',
  },
  'sig.bytes': {
    args: [
      ['owner', 'text'],
      ['bytes', 'number'],
    ],
    named: {},
    says: 'The signature is this long.',
  },
  'csr.valid': { args: [['owner', 'text']], named: {}, says: 'The request carries a signature by its own key.' },
  'csr.field': {
    args: [
      ['owner', 'text'],
      ['field', ['subject.CN']],
      ['value', 'text'],
    ],
    named: {},
    says: 'The request asks for this.',
  },
  'ca.exists': { args: [['name', 'text']], named: {}, says: 'The authority has a key and a certificate.' },
  'cert.exists': { args: [['owner', 'text']], named: {}, says: 'There is a certificate.' },
  'cert.ok': {
    args: [['owner', 'text']],
    named: { for: SIDES, by: 'text' },
    says: 'The certificate verifies under the authority `by` (default ca:mine), for that use.',
  },
  'cert.self': { args: [['owner', 'text']], named: {}, says: 'The certificate is signed with its own key.' },
  'cert.field': {
    args: [
      ['owner', 'text'],
      ['field', ['subject.CN', 'issuer.CN', 'subject', 'issuer']],
      ['value', 'text'],
    ],
    named: {},
    says: 'A field of the certificate says this.',
  },
  'trust.is': {
    args: [
      ['side', SIDES],
      ['anchor', 'text'],
    ],
    named: {},
    says: 'The side has loaded exactly this anchor, or `none`.',
  },
  'handshake.accepted': {
    args: [],
    named: { ...run, as: 'text', key: 'text', resumed: ['true', 'false'] },
    says: 'Both sides accepted; `as` is the name the server saw, `key` the owner whose key was used; `resumed` whether it went on from an earlier connection, without certificates.',
  },
  'handshake.refused': {
    args: [],
    named: { ...run, by: SIDES, at: 'text', alert: 'text', reason: 'text' },
    says: 'One side refused: who, at which message, with which alert on the wire, for which reason of its own.',
  },
  lamp: { args: [['side', SIDES]], named: run, says: 'That side accepted its peer.' },
  'wire.alert': {
    args: [['code', 'text']],
    named: { ...run, from: SIDES },
    says: 'An alert of that number was on the wire; `none`: the run ended without one.',
  },
  'wire.shows': {
    args: [['text', 'text']],
    named: { ...run, view: ['eavesdropper', 'client', 'server'] },
    says: 'Whoever has that view can read the text.',
  },
  'wire.reads': {
    args: [['message', 'text']],
    named: { ...run, view: ['eavesdropper', 'client', 'server'] },
    says: 'Whoever has that view can read a handshake message of that name.',
  },
  'log.explained': {
    args: [['percent', 'number']],
    named: run,
    says: 'At least that share of the bytes has a name.',
  },
  'conn.open': { args: [], named: run, says: 'The connection is open.' },
  'desk.order': {
    args: [],
    named: { ...run, item: 'text', quantity: 'number', user: 'text' },
    says: 'The desk has confirmed such an order in the connection.',
  },
  predicted: { args: [['bet', 'text']], named: {}, says: 'The learner has placed this bet.' },
} as const satisfies Record<string, Signature>;

export type CheckName = keyof typeof CHECKS;

/** True when `name` is a check of the table. */
export function isCheckName(name: string): name is CheckName {
  return Object.hasOwn(CHECKS, name);
}

/** The signature of a check, as plain data. */
export function signatureOf(name: CheckName): Signature {
  return CHECKS[name];
}

/**
 * Holds one call against the table.
 *
 * @returns what is wrong with it, one sentence each
 */
export function problemsOfCall(call: {
  readonly name: string;
  readonly args: readonly (readonly string[])[];
  readonly named: Readonly<Record<string, readonly string[]>>;
}): string[] {
  if (!isCheckName(call.name)) return [`there is no check "${call.name}"`];
  const signature = signatureOf(call.name);
  const { args, optional = 0, named } = signature;
  if (call.args.length > args.length) return [`"${call.name}" takes ${args.length} arguments without a name`];
  if (call.args.length < args.length - optional)
    return [`"${call.name}" lacks its argument "${args[call.args.length]?.[0]}"`];
  const wrong = (label: string, param: Param, values: readonly string[]) =>
    values.filter((value) => !fits(param, value)).map((value) => `"${call.name}": ${label} cannot be "${value}"`);
  return [
    ...call.args.flatMap((values, index) => {
      const [label, param] = args[index] ?? ['argument', 'text'];
      return wrong(label, param, values);
    }),
    ...Object.entries(call.named).flatMap(([key, values]) => {
      const param = named[key];
      return param === undefined ? [`"${call.name}" has no parameter "${key}"`] : wrong(key, param, values);
    }),
  ];
}

function fits(param: Param, value: string): boolean {
  if (param === 'text') return true;
  if (param === 'number') return /^\d+$/.test(value);
  return param.includes(value);
}
