/** The commands: the only way to change a world. A block, a lesson's `play` and a teacher's remote issue the same ones. */
import * as v from 'valibot';
import { ClientProgram, TlsVersion } from '../bridge/messages.ts';

const Name = v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,31}$/));
const Text = v.pipe(v.string(), v.minLength(1), v.maxLength(200));
const Days = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(3650));

/** `key who=me`: makes an RSA key pair in the learner's own machine. */
export const MakeKey = v.strictObject({
  type: v.literal('key'),
  who: Name,
  bits: v.optional(v.picklist([2048, 3072, 4096]), 2048),
});
/** `ca name=mine subject="O=Order Desk, CN=Desk Root CA"`: makes a key and a self-signed certificate. */
export const MakeAuthority = v.strictObject({
  type: v.literal('ca'),
  name: Name,
  subject: v.optional(Text, 'O=Order Desk, CN=Desk Root CA'),
});
/** `csr who=alice`: makes a request, and a key first where there is none; `csr who=desk` fetches the relay's. */
export const MakeRequest = v.strictObject({ type: v.literal('csr'), who: Name, subject: v.optional(Text) });
/** `sign csr=alice by=mine for=client`: issues a certificate. `by=self` signs it with the owner's own key. */
export const SignRequest = v.strictObject({
  type: v.literal('sign'),
  csr: Name,
  by: Name,
  for: v.picklist(['client', 'server']),
  days: v.optional(Days, 365),
  /** overrides the subject that the request asks for */
  subject: v.optional(Text),
});
/** `sign-message who=me message="order 1 tea"` */
export const SignMessage = v.strictObject({ type: v.literal('sign-message'), who: Name, message: Text });
/** `edit-message who=me message="order 9 tea"`: changes the text under an existing signature, as a thief on the way would. */
export const EditMessage = v.strictObject({ type: v.literal('edit-message'), who: Name, message: Text });
/** `trust side=server ca=mine`; `ca=none` empties the side's list. */
export const Trust = v.strictObject({ type: v.literal('trust'), side: v.picklist(['client', 'server']), ca: Name });
/**
 * `dial as=alice version=1.3 client=page`, or `dial scenario=foreign-ca-client-cert`. A plain connection uses what each side has
 * loaded; a scenario is a good one but for its fault, and makes what it lacks. `label`: what the run is called, else
 * the scenario's id, or `good`.
 */
export const DialDesk = v.strictObject({
  type: v.literal('dial'),
  as: v.optional(Name, 'alice'),
  version: v.optional(TlsVersion, '1.3'),
  /** who plays the client: the page itself, which speaks TLS 1.3 only, or Node on the bridge. Else the page if it can */
  client: v.optional(ClientProgram),
  scenario: v.optional(Name),
  serverName: v.optional(Text, 'localhost'),
  label: v.optional(Name),
});
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
