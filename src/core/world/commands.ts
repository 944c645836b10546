/** The commands: the only way to change a world. A block, a lesson's `play` and a teacher's remote issue the same ones. */
import * as v from 'valibot';
import { LIMITS } from '../bridge/limits.ts';
import { KEY_KINDS } from '../pki/keys/key-kind.ts';
import { ClientProgram, Engine, SideSchema, TlsVersion } from '../bridge/messages.ts';
import { GroupList, SuiteList } from '../bridge/settings.ts';

const Name = v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,31}$/));
const Text = v.pipe(v.string(), v.minLength(1), v.maxLength(200));
const Days = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(3650));

/** the kind of a key that is made: `p256`; RSA-2048 without it */
const kind = v.optional(v.picklist(KEY_KINDS));
/** `key who=me`, `key who=me bits=3072`, `key who=me kind=p256`: makes a key pair in the learner's own machine. */
export const MakeKey = v.strictObject({
  type: v.literal('key'),
  who: Name,
  /** of an RSA key, where no kind is given */
  bits: v.optional(v.picklist([2048, 3072, 4096]), 2048),
  kind,
});
/** `ca name=mine subject="O=Order Desk, CN=Desk Root CA" kind=p256`: makes a key and a self-signed certificate. */
export const MakeAuthority = v.strictObject({
  type: v.literal('ca'),
  name: Name,
  subject: v.optional(Text, 'O=Order Desk, CN=Desk Root CA'),
  kind,
});
/**
 * `csr who=alice`: makes a request, and a key first where there is none. `csr who=desk` fetches the relay's, over its
 * key of the kind that is asked for.
 */
export const MakeRequest = v.strictObject({ type: v.literal('csr'), who: Name, subject: v.optional(Text), kind });
/** `sign csr=alice by=mine for=client`: issues a certificate. `by=self` signs it with the owner's own key. */
export const SignRequest = v.strictObject({
  type: v.literal('sign'),
  csr: Name,
  by: Name,
  for: v.picklist(['client', 'server']),
  days: v.optional(Days, 365),
  /** a life of seconds, in the place of days */
  seconds: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(86_400))),
  /** overrides the subject that the request asks for */
  subject: v.optional(Text),
});
/** `sign-message who=me message="order 1 tea"` */
export const SignMessage = v.strictObject({ type: v.literal('sign-message'), who: Name, message: Text });
/** `edit-message who=me message="order 9 tea"`: changes the text under an existing signature, as a thief on the way would. */
export const EditMessage = v.strictObject({ type: v.literal('edit-message'), who: Name, message: Text });
/** `trust side=server ca=mine`; `ca=none` empties the side's list. */
export const Trust = v.strictObject({ type: v.literal('trust'), side: v.picklist(['client', 'server']), ca: Name });
/** In a `play` line: names with commas between them. */
const listed = <const Schema extends typeof SuiteList | typeof GroupList>(schema: Schema) =>
  v.optional(
    v.pipe(
      v.union([v.string(), v.array(v.string())]),
      v.transform((text) => (typeof text === 'string' ? text.split(',') : text)),
      schema,
    ),
  );
const YesNo = v.picklist(['yes', 'no']);

/**
 * `dial as=alice version=1.3 client=page`, or `dial scenario=foreign-ca-client-cert`. A plain connection uses what each side has
 * loaded; a scenario is a good one but for its fault, and makes what it lacks. `label`: what the run is called, else
 * the scenario's id, or `good`.
 *
 * `suites=TLS_AES_256_GCM_SHA384 groups=secp256r1,x25519` is what the desk accepts, `clientSuites` and `clientGroups` what
 * the client offers, best liked first; it sends its key share for the first group. What is left out is as usual.
 * `tickets=yes`: the desk gives out session tickets, and the client keeps them. `resume=yes`: it goes on from the newest
 * one, with tickets on where nothing else is said. `keys=p256` gives the desk and the client new certificates over keys on
 * P-256 first, where they have others; `keys=rsa` the same with RSA.
 */
export const DialDesk = v.strictObject({
  type: v.literal('dial'),
  as: v.optional(Name, 'alice'),
  version: v.optional(TlsVersion, '1.3'),
  /** who plays the server */
  server: v.optional(Engine, 'node'),
  /** who plays the client: the page itself, which speaks TLS 1.3 only, or Node on the bridge. Else the page if it can */
  client: v.optional(ClientProgram),
  scenario: v.optional(Name),
  serverName: v.optional(Text, 'localhost'),
  label: v.optional(Name),
  suites: listed(SuiteList),
  groups: listed(GroupList),
  clientSuites: listed(SuiteList),
  clientGroups: listed(GroupList),
  tickets: v.optional(YesNo),
  keys: v.optional(v.picklist(['rsa', 'p256'])),
  resume: v.optional(YesNo, 'no'),
  /** `step`: every record waits at the gate from the beginning */
  gate: v.optional(v.picklist(['run', 'step']), 'run'),
});
/**
 * `keyed=yes`: a record behind one that was taken out is sealed again under the number that its receiver expects, with
 * its sender's keys. So the record layer notices nothing, and the handshake has to.
 */
const keyed = v.optional(v.picklist(['yes', 'no']), 'no');
/**
 * `gate step` lets the record through that waits longest. `gate until what=CertificateVerify` lets records through until
 * one waits that carries this message, of the side `from` if it is given; `what=alert` and `what=data` wait for an alert
 * or application data. `gate run`
 * lets everything through, `gate hold` keeps what comes from now on.
 */
export const Gate = v.variant('do', [
  v.strictObject({ type: v.literal('gate'), do: v.literal('hold') }),
  v.strictObject({ type: v.literal('gate'), do: v.picklist(['run', 'step']), keyed }),
  v.strictObject({ type: v.literal('gate'), do: v.literal('until'), what: Text, from: v.optional(SideSchema), keyed }),
]);

/** index of a held record; without one it is the record that waits longest */
const record = v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)));
const act = <Do extends string>(name: Do) => ({ type: v.literal('act'), do: v.literal(name) }) as const;
const Hex = v.pipe(v.string(), v.regex(/^([0-9a-f]{2})*$/, 'bytes in hex'), v.maxLength(2 * LIMITS.tapBytes));
/** `when=passed`: only when the gate lets the record through; until then it can be undone. */
const when = v.optional(v.picklist(['now', 'passed']), 'now');
/** What can be done to a record that waits at the gate. */
export const Change = v.variant('do', [
  v.strictObject({ ...act('drop'), record, when }),
  v.strictObject({ ...act('duplicate'), record, when }),
  /** lets the next record of its direction through before it */
  v.strictObject({ ...act('swap'), record, when }),
  /** changes the lowest bit of one byte of the record, counted from 0; without `at` of its last byte */
  v.strictObject({ ...act('flip'), record, when, at: record }),
  v.strictObject({ ...act('replace'), record, when, bytes: Hex }),
  /**
   * opens the record with its sender's keys, puts other bytes into the field of this name, and seals it again:
   * `act edit field=verify_data bytes=00…`
   */
  v.strictObject({ ...act('edit'), record, when, field: Text, bytes: Hex }),
]);
export type Change = v.InferOutput<typeof Change>;
/**
 * What is done to a held record, or in the name of a side: `act drop`, `act flip at=40`, `act swap`,
 * `act replace bytes=160303…`, `act undo record=9`, `act inject from=server alert=40`, `act cut how=RST`.
 */
export const Act = v.variant('do', [
  v.strictObject({ ...act('pass'), record, keyed }),
  ...Change.options,
  /** takes back what was to be done to the record */
  v.strictObject({ ...act('undo'), record }),
  /** a fatal alert in clear */
  v.strictObject({
    ...act('inject'),
    from: SideSchema,
    alert: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255)),
  }),
  v.strictObject({ ...act('cut'), how: v.optional(v.picklist(['FIN', 'RST']), 'RST') }),
]);
/** `desk do=order item=tea quantity=1`: one request to the order desk over the open connection, in its envelope. */
export const AskDesk = v.variant('do', [
  v.strictObject({ type: v.literal('desk'), do: v.literal('create-account'), user: Text, password: Text }),
  v.strictObject({ type: v.literal('desk'), do: v.literal('sign-in'), user: Text, password: Text }),
  v.strictObject({ type: v.literal('desk'), do: v.literal('order'), item: Text, quantity: v.number() }),
  v.strictObject({ type: v.literal('desk'), do: v.literal('orders') }),
  v.strictObject({ type: v.literal('desk'), do: v.literal('whoami') }),
]);
/** `hang-up`: ends the open connection. */
export const HangUpCommand = v.strictObject({ type: v.literal('hang-up') });
/** `predict id=stop choice=2` */
export const Predict = v.strictObject({
  type: v.literal('predict'),
  id: Name,
  choice: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(9)),
});

export const Command = v.variant('type', [
  MakeKey,
  MakeAuthority,
  MakeRequest,
  SignRequest,
  SignMessage,
  EditMessage,
  Trust,
  DialDesk,
  Gate,
  Act,
  AskDesk,
  HangUpCommand,
  Predict,
]);
export type Command = v.InferOutput<typeof Command>;
/** A command as a block writes it: defaults may be left out. */
export type CommandInput = v.InferInput<typeof Command>;
export type CommandOf<Type extends Command['type']> = Extract<Command, { type: Type }>;

/** Who plays the client: the page itself where it can, which is in TLS 1.3. */
export function clientOf({ client, version }: Pick<CommandOf<'dial'>, 'client' | 'version'>): ClientProgram {
  return client ?? (version === '1.3' ? 'page' : 'node');
}
