/**
 * A world as plain JSON data, for the browser's storage, and back. This is one of the places where private keys leave
 * their box: the data goes to storage of this browser and nowhere else.
 */
import * as v from 'valibot';
import { ClientProgram, Engine, RunClosed, RunEvent, SideSchema, TlsVersion } from '../bridge/messages.ts';
import type { Run } from '../bridge/run.ts';
import { fromBase64, toBase64 } from '../bytes/base64.ts';
import { done, refused, type Result } from '../bytes/result.ts';
import { Secret } from '../bytes/secret.ts';
import { KEY_KINDS } from '../pki/keys/key-kind.ts';
import { Change } from './commands.ts';
import type { World } from './world.ts';

const FORMAT = 1;

const Text = v.string();
const Names = v.array(Text);
const Bytes = v.pipe(
  Text,
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const bytes = fromBase64(dataset.value);
    if (bytes.ok) return bytes.value;
    addIssue({ message: bytes.error.why });
    return NEVER;
  }),
);
const SavedRecord = v.strictObject({
  seq: v.number(),
  run: v.number(),
  index: v.number(),
  from: SideSchema,
  /** worlds kept before records could wait at the tap have one time only */
  sentAt: v.optional(v.number()),
  at: v.number(),
  sent: Bytes,
  delivered: v.nullable(Bytes),
});
const SavedHeld = v.strictObject({
  seq: v.number(),
  run: v.number(),
  index: v.number(),
  from: SideSchema,
  at: v.number(),
  held: Bytes,
});
const SavedRun = v.strictObject({
  id: v.number(),
  label: Text,
  version: TlsVersion,
  /** worlds kept before the page had a client of its own do not say it */
  client: v.optional(ClientProgram, 'node'),
  engine: v.optional(Engine, 'node'),
  serverName: Text,
  startedAt: v.number(),
  records: v.array(
    v.pipe(
      SavedRecord,
      v.transform((one) => ({ ...one, sentAt: one.sentAt ?? one.at })),
    ),
  ),
  held: v.optional(v.array(SavedHeld), []),
  keyLog: v.array(v.strictObject({ side: SideSchema, at: v.optional(v.number(), 0), line: Text })),
  events: v.array(RunEvent),
  closes: v.array(RunClosed),
  heard: v.array(v.strictObject({ side: SideSchema, at: v.number(), line: Text })),
});
const privateKey = v.pipe(
  Text,
  v.transform((pem) => new Secret(pem)),
);
const SavedKey = v.union([
  v.strictObject({ owner: Text, kind: v.picklist(KEY_KINDS), publicKey: Text, privateKey }),
  /** worlds kept before there were other keys than RSA */
  v.pipe(
    v.strictObject({ owner: Text, bits: v.picklist([2048, 3072, 4096]), publicKey: Text, privateKey }),
    v.transform(({ bits, ...pair }) => ({ ...pair, kind: `rsa-${bits}` as const })),
  ),
]);
const SavedWorld = v.strictObject({
  format: v.literal(FORMAT),
  keys: v.record(Text, SavedKey),
  authorities: v.record(Text, v.strictObject({ name: Text, certificate: Text })),
  requests: v.record(Text, Text),
  certificates: v.record(Text, Text),
  signatures: v.record(Text, v.strictObject({ message: Text, signature: Text, edited: v.nullable(Text) })),
  trust: v.strictObject({ client: Names, server: Names }),
  runs: v.record(Text, SavedRun),
  lastRun: v.nullable(Text),
  /** worlds kept before this was remembered have none, and those before the desk took revocation lists none of them */
  loaded: v.optional(v.record(Text, v.strictObject({ client: Names, server: Names, crls: v.optional(Names, []) })), {}),
  /** worlds kept before changes could wait have none */
  prepared: v.optional(v.array(v.strictObject({ run: v.number(), record: v.number(), change: Change })), []),
  deskLines: v.array(v.strictObject({ run: v.number(), from: SideSchema, message: v.record(Text, v.unknown()) })),
  bets: v.record(Text, v.number()),
  lent: v.strictObject({ bytes: v.number(), owners: Names }),
});

/** JSON data of {@link saved}; version and shape are checked when it comes back. */
export type SavedWorld = v.InferInput<typeof SavedWorld>;

/**
 * The world as JSON data, private keys included. What the relay has loaded is left out: it is the server's to say.
 */
export function saved(world: World): SavedWorld {
  const { relay: _relay, keys, runs, deskLines, ...rest } = world;
  const plain = {
    ...rest,
    format: FORMAT,
    keys: mapped(keys, (pair) => ({ ...pair, privateKey: pair.privateKey.reveal() })),
    runs: mapped(runs, savedRun),
    deskLines: deskLines.map((line) => ({ ...line, message: { ...line.message } })),
  };
  return JSON.parse(JSON.stringify(plain)) as SavedWorld;
}

/**
 * The world that was saved.
 *
 * @param data what {@link saved} gave, from a place that anybody may have changed
 * @returns the world; else `notAWorld` with the first thing that does not fit
 */
export function restored(data: unknown): Result<World> {
  const parsed = v.safeParse(SavedWorld, data);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    return refused('notAWorld', `What this browser kept cannot be read: ${v.getDotPath(issue) ?? ''} ${issue.message}`);
  }
  const { format: _format, ...world } = parsed.output;
  return done({ ...world, runs: mapped(world.runs, withoutTickets), relay: null });
}

/** The page keeps its tickets in memory, so a page that was loaded anew holds none; Node's client may still. */
function withoutTickets(run: Run): Run {
  return run.client === 'node' ? run : { ...run, events: run.events.filter(({ name }) => name !== 'kept-ticket') };
}

function savedRun(run: Run): unknown {
  const records = run.records.map((record) => ({
    ...record,
    sent: toBase64(record.sent),
    delivered: record.delivered && toBase64(record.delivered),
  }));
  const held = run.held.map((record) => ({ ...record, held: toBase64(record.held) }));
  return { ...run, records, held };
}

function mapped<A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
