/**
 * The blocks a lesson may use: `::leaf[label]{key="value"}` and `:::container`. One row per block; the lesson parser,
 * the page and the reference for authors read the same rows. A new block is a new row and a component of that name.
 */
import * as v from 'valibot';

/** Names as commands and checks use them: `alice`, `ca:mine`. */
const Owner = v.pipe(v.string(), v.regex(/^(ca:)?[a-z][a-z0-9-]{0,31}$/, 'a name in small letters'));
const Id = v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,31}$/, 'an id in small letters'));
const Text = v.pipe(v.string(), v.minLength(1), v.maxLength(200));
const Version = v.picklist(['1.2', '1.3']);

export type Shape = 'leaf' | 'container';

/** Where a block may stand: `step` at the top of a step or inside a container that takes anything. */
type Parent = 'step' | 'top' | 'predict' | 'say' | 'quiz';

export const BLOCKS = {
  /** Makes and inspects keys, requests, authorities, certificates, signed messages. */
  workbench: {
    shape: 'leaf',
    parent: 'step',
    says: 'A bench for one kind of thing: make it, look at it, copy it.',
    params: v.strictObject({
      tool: v.picklist(['key', 'csr', 'ca', 'sign', 'cert', 'message']),
      /** whose: `me`, `alice`, `desk`; for `ca` the authority's name without `ca:` */
      of: v.optional(Owner),
      /** tool=sign: the authority that signs, or `self` */
      by: v.optional(Id),
      /** tool=sign: what the certificate is for */
      for: v.optional(v.picklist(['client', 'server'])),
      /** tool=csr, ca or sign: the subject that stands in the form at first */
      subject: v.optional(Text),
      /** tool=message: the message that stands in the form at first */
      message: v.optional(Text),
      /** tool=message: an owner whose public key is offered beside the signer's */
      other: v.optional(Owner),
    }),
  },
  /** What each side has loaded as trust anchors, to be changed here. */
  trust: {
    shape: 'leaf',
    parent: 'step',
    says: 'What each side has loaded as trust anchors.',
    params: v.strictObject({}),
  },
  /** A live handshake. Without `version` or `client` the learner chooses. */
  stage: {
    shape: 'leaf',
    parent: 'step',
    says: 'A live handshake on real sockets.',
    params: v.strictObject({
      scenario: v.optional(Id),
      as: v.optional(Owner),
      version: v.optional(Version),
      /** who plays the client: the page itself, which speaks TLS 1.3, or Node on the bridge */
      client: v.optional(v.picklist(['page', 'node'])),
      /** who plays the server: Node's relay, or openssl s_server */
      server: v.optional(v.picklist(['node', 'openssl'])),
      serverName: v.optional(Text),
      /** `step`: every record waits until the learner lets it through */
      gate: v.optional(v.picklist(['run', 'step'])),
      /** `yes`: the desk gives out session tickets, and the learner may resume with one */
      tickets: v.optional(v.picklist(['yes', 'no'])),
      /** what the run is called, so that a bet or a check can name it; else the scenario, or `good` */
      label: v.optional(Id),
    }),
  },
  /** The order desk's terminal over the open connection, and its books. */
  desk: {
    shape: 'leaf',
    parent: 'step',
    says: 'The order desk over the open connection.',
    params: v.strictObject({ as: v.optional(Owner), item: v.optional(Text), quantity: v.optional(Text) }),
  },
  check: {
    shape: 'leaf',
    parent: 'top',
    says: 'A claim about the world, lit by what is there.',
    params: v.strictObject({ that: Text }),
  },
  predict: {
    shape: 'container',
    parent: 'top',
    says: 'A bet on a run, answered by that run.',
    params: v.strictObject({ id: Id, of: v.optional(Id) }),
  },
  choice: {
    shape: 'leaf',
    parent: 'predict',
    says: 'One answer of a bet, true when its check holds.',
    params: v.strictObject({ if: v.pipe(v.string(), v.minLength(1), v.maxLength(300)) }),
  },
  say: {
    shape: 'container',
    parent: 'top',
    says: 'A question answered in own words, never graded.',
    params: v.strictObject({ id: Id }),
  },
  model: { shape: 'leaf', parent: 'say', says: 'An answer to compare with.', params: v.strictObject({}) },
  quiz: { shape: 'container', parent: 'top', says: 'Questions from memory.', params: v.strictObject({}) },
  recall: {
    shape: 'leaf',
    parent: 'quiz',
    says: 'One question from memory and its answer.',
    params: v.strictObject({ id: Id, answer: v.pipe(v.string(), v.minLength(1), v.maxLength(400)) }),
  },
  deeper: { shape: 'container', parent: 'top', says: 'More, for those who want it.', params: v.strictObject({}) },
  teacher: { shape: 'container', parent: 'top', says: 'Notes for whoever teaches.', params: v.strictObject({}) },
} as const satisfies Record<string, { shape: Shape; parent: Parent; says: string; params: v.GenericSchema }>;

export type BlockName = keyof typeof BLOCKS;
export type BlockParams<Name extends BlockName> = v.InferOutput<(typeof BLOCKS)[Name]['params']>;

/** True when `name` is a block of the table. */
export function isBlockName(name: string): name is BlockName {
  return Object.hasOwn(BLOCKS, name);
}
