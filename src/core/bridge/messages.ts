/**
 * The bridge's JSON messages: one schema, read by both ends. A record of the wire travels as a binary frame instead
 * (`frames.ts`). A request carries an `id`; exactly one answer repeats it as `re`. What happens in a run is told by
 * messages with a `seq` that rises by one, so a page that lost its socket asks with `hello` for what it missed.
 */
import * as v from 'valibot';
import { byType } from './by-type.ts';
import { KEY_KINDS } from '../pki/keys/key-kind.ts';
import { EventName } from './event-name.ts';
import { LIMITS } from './limits.ts';
import { AskLogEntry, AskLogRows, FollowLog, LogEntry, LogNews, LogRows } from './log.ts';
import { GroupList, SuiteList } from './settings.ts';
import { Bar } from './strip.ts';

export const PROTOCOL_VERSION = 1;

const Id = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(Number.MAX_SAFE_INTEGER));
const Count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));
const pem = (maxBytes: number) => v.pipe(v.string(), v.maxLength(maxBytes));
const text = (max: number) => v.pipe(v.string(), v.maxLength(max));
const Chain = pem(LIMITS.chainPemBytes);
const Anchors = v.pipe(v.array(pem(LIMITS.chainPemBytes)), v.maxLength(LIMITS.anchors));
const Crls = v.pipe(v.array(pem(LIMITS.chainPemBytes)), v.maxLength(LIMITS.crls));

export const SideSchema = v.picklist(['client', 'server']);
export const TlsVersion = v.picklist(['1.2', '1.3']);
export type TlsVersion = v.InferOutput<typeof TlsVersion>;

/** The program behind the relay: Node's `tls`, or `openssl s_server` where it is installed. */
export const Engine = v.picklist(['node', 'openssl']);
export type Engine = v.InferOutput<typeof Engine>;

/** First message of every socket. `learner` is the tab's own random name; `since` the last `seq` it has seen. */
export const Hello = v.strictObject({
  type: v.literal('hello'),
  version: v.literal(PROTOCOL_VERSION),
  learner: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{22,64}$/)),
  since: Count,
});

/** Asks the relay for the certificate signing request over its key of one kind. The key never leaves it. */
export const AskCsr = v.strictObject({
  type: v.literal('csr'),
  id: Id,
  /** RSA-2048 without it */
  kind: v.optional(v.picklist(KEY_KINDS)),
});

/** Cipher suites and groups that were chosen, best liked first; null: what is usual for the program. */
const chosen = {
  suites: v.optional(v.nullable(SuiteList), null),
  groups: v.optional(v.nullable(GroupList), null),
} as const;

/**
 * Tells the relay what to load: the certificate signed for its CSR, its only trust anchors, revocation lists, what it
 * accepts, and whether it gives out session tickets. With one list every certificate needs a fresh one of its issuer.
 * Tickets of a relay that has loaded another certificate, other anchors or lists open nothing any more.
 */
export const ConfigureRelay = v.strictObject({
  type: v.literal('relay'),
  id: Id,
  engine: Engine,
  certificate: v.nullable(Chain),
  trust: Anchors,
  crls: v.optional(Crls, []),
  ...chosen,
  tickets: v.optional(v.boolean(), false),
});

/** Who plays the client of a run: the page's own TLS 1.3 client, or Node's on the bridge. */
export const ClientProgram = v.picklist(['page', 'node']);
export type ClientProgram = v.InferOutput<typeof ClientProgram>;

const dialled = {
  type: v.literal('dial'),
  id: Id,
  /** whether every record waits at the gate from the beginning */
  hold: v.optional(v.boolean(), false),
  label: v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,40}$/)),
  serverName: text(253),
} as const;

/**
 * Opens one connection through the tap to this session's relay. It never names an address.
 *
 * `page`: the TLS client runs in the page. The bridge opens the TCP connection and carries the client's bytes
 * (`frames.ts`); what the server sends is read from the tap's records. The connection ends with the page's socket.
 * `node`: Node's TLS client on the bridge. `lentKey` leaves the tab for the local bridge: the page says so. With
 * `resume` it goes on from the newest session that it has kept of a connection like this one, while tickets were on.
 */
export const Dial = v.variant('client', [
  v.strictObject({ ...dialled, client: v.literal('page') }),
  v.strictObject({
    ...dialled,
    client: v.literal('node'),
    version: TlsVersion,
    trust: Anchors,
    certificate: v.nullable(Chain),
    lentKey: v.nullable(pem(LIMITS.keyPemBytes)),
    ...chosen,
    resume: v.optional(v.boolean(), false),
  }),
]);
export type Dial = v.InferOutput<typeof Dial>;

/** `hold`: from now on every record of the run waits at the gate. `run`: everything that waits goes on, and what comes. */
export const SetGate = v.strictObject({
  type: v.literal('gate'),
  id: Id,
  run: Count,
  mode: v.picklist(['hold', 'run']),
});

/** Bytes that the tap puts on the wire; base64. */
const TapBytes = v.pipe(v.string(), v.maxLength(LIMITS.tapBytes * 1.34), v.base64());

/**
 * Lets one held record through, by its index. `delivered`: what the peer gets instead, nothing to drop it; null passes it
 * as it was sent. Records may be let through in any order.
 */
export const Pass = v.strictObject({
  type: v.literal('pass'),
  id: Id,
  run: Count,
  record: Count,
  delivered: v.nullable(v.union([v.literal(''), TapBytes])),
});

/** Sends bytes to the peer of `from` as if `from` had sent them now. */
export const Inject = v.strictObject({
  type: v.literal('inject'),
  id: Id,
  run: Count,
  from: SideSchema,
  bytes: TapBytes,
});

/** The tap ends both directions, in good order or with a reset. */
export const Cut = v.strictObject({ type: v.literal('cut'), id: Id, run: Count, how: v.picklist(['FIN', 'RST']) });

/** Whom a certificate names: subject as in RFC 4514, serial and SHA-256 of the DER in lower-case hex. */
const Peer = v.strictObject({ subject: text(1000), serial: text(128), sha256: text(64) });
/** one line of a key-log file: label, client random, secret */
const KeyLogText = v.pipe(v.string(), v.regex(/^[A-Z0-9_]{1,40} [0-9A-Fa-f]{64} [0-9A-Fa-f]{2,256}$/));
/** a program's own code, as it spells it: `ERR_SSL_...`, `CERT_HAS_EXPIRED`, `unknown_ca` */
const Code = text(80);
const Words = text(500);
const Line = text(LIMITS.lineBytes);
/** RFC 8446 §4.6.1: a week at most; RFC 5077 §5.6 has no limit but the field's own */
const Lifetime = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 32 - 1));

/** What the program at the client's end says of its run. */
export const ClientReport = v.variant('kind', [
  v.strictObject({ kind: v.literal('key-log'), line: KeyLogText }),
  /** the server's certificate was verified; whether the server accepts ours is not known yet in TLS 1.3 */
  v.strictObject({ kind: v.literal('trusts'), peer: Peer }),
  v.strictObject({ kind: v.literal('refuses'), code: Code, text: Words, peer: v.nullable(Peer) }),
  v.strictObject({ kind: v.picklist(['told', 'fault']), code: Code, text: Words }),
  v.strictObject({ kind: v.literal('ended'), code: v.nullable(Code), text: Words }),
  v.strictObject({ kind: v.literal('line'), line: Line }),
  /** it has kept what it needs to go on from this connection in a later one */
  v.strictObject({ kind: v.literal('kept-ticket'), lifetimeSeconds: Lifetime }),
]);
export type ClientReport = v.InferOutput<typeof ClientReport>;

/** What the page's own client has to say, so that it stands in the run's log beside what the wire shows. */
export const Report = v.strictObject({
  type: v.literal('report'),
  id: Id,
  run: Count,
  reports: v.pipe(v.array(ClientReport), v.minLength(1), v.maxLength(LIMITS.reportsPerMessage)),
});

/** One line of application data, without its newline, from the client's end of a run by `node`. */
export const Say = v.strictObject({ type: v.literal('say'), id: Id, run: Count, line: Line });

/** Ends the client's side: `node` says goodbye and closes, of `page` only TCP is closed. */
export const HangUp = v.strictObject({ type: v.literal('hang-up'), id: Id, run: Count });

/**
 * Opens a line to the desk of a lab, which belongs to this session alone: the order desk's code, no TLS, and every way of
 * sealing allowed. `isNew`: with empty books. A line that was open before ends.
 */
export const LabOpen = v.strictObject({ type: v.literal('lab-open'), id: Id, isNew: v.boolean() });

/** One line to the desk of the lab, without its newline. */
export const LabSay = v.strictObject({ type: v.literal('lab-say'), id: Id, line: Line });

export const FromPage = byType([
  Hello,
  AskCsr,
  ConfigureRelay,
  Dial,
  SetGate,
  Pass,
  Inject,
  Cut,
  Report,
  Say,
  HangUp,
  LabOpen,
  LabSay,
  AskLogRows,
  FollowLog,
  AskLogEntry,
]);
export type FromPage = v.InferOutput<typeof FromPage>;
/** What is asked of the handshake log. */
export type LogRequest = Extract<FromPage, { type: 'log-rows' | 'log-follow' | 'log-entry' }>;
/** What is asked of the page's own session. */
export type Request = Exclude<FromPage, { type: 'hello' } | LogRequest>;
/** A request as a page writes it: what has a default may be left out. */
export type RequestInput = Exclude<v.InferInput<typeof FromPage>, { type: 'hello' } | LogRequest>;

const Seq = Count;
const AtMs = v.pipe(v.number(), v.minValue(0));

/**
 * Answer to `hello`. `session` is this learner's session: a new name means that the server knows nothing of earlier
 * runs (it was restarted, or the session ran out) and `seq` starts again.
 */
export const Welcome = v.strictObject({
  type: v.literal('welcome'),
  version: v.literal(PROTOCOL_VERSION),
  session: text(64),
  isNew: v.boolean(),
  /** the engines that a relay can have here */
  engines: v.array(Engine),
  desk: v.strictObject({ port: Count, certs: text(4096), passphraseIsExample: v.boolean() }),
});

export const Done = v.strictObject({ type: v.literal('done'), re: Id });
export const Csr = v.strictObject({ type: v.literal('csr'), re: Id, pem: text(LIMITS.chainPemBytes) });
/** What the relay has loaded, by SHA-256 of the DER (lower-case hex). */
export const RelayReady = v.strictObject({
  type: v.literal('relay-ready'),
  re: Id,
  certificate: v.nullable(text(64)),
  trust: v.array(text(64)),
});
export const Dialled = v.strictObject({ type: v.literal('dialled'), re: Id, run: Count });

/** What the desk of the lab said: its greeting, or its answer; null: it has closed. */
export const LabHeard = v.strictObject({ type: v.literal('lab-heard'), re: Id, line: v.nullable(Line) });

/** A refused or failed request: `code` for programs, `text` one plain sentence for people. */
export const Failed = v.strictObject({
  type: v.literal('error'),
  re: v.nullable(Id),
  code: v.picklist([
    'bad-message',
    'bad-certificate',
    'key-mismatch',
    'no-certificate',
    'no-engine',
    'no-ticket',
    'bad-settings',
    'weak-key',
    'no-such-run',
    'run-over',
    'no-such-record',
    'no-such-connection',
    'no-log',
    'limit',
    'internal',
  ]),
  text: text(500),
});

/** A limit was reached; what it means for the learner stands in `text`. */
export const LimitReached = v.strictObject({
  type: v.literal('limit'),
  name: v.picklist(Object.keys(LIMITS) as (keyof typeof LIMITS)[]),
  text: text(500),
});

/** Another tab of the same learner has taken the session over; this socket closes. */
export const TakenOver = v.strictObject({ type: v.literal('taken-over') });

/** A run began. `startedAt` is Unix time in ms; every `at` of the run counts ms from there. */
export const RunOpened = v.strictObject({
  type: v.literal('run'),
  seq: Seq,
  run: Count,
  label: text(40),
  version: TlsVersion,
  client: ClientProgram,
  engine: Engine,
  serverName: text(253),
  startedAt: Count,
});

/** One NSS key-log line, and whose program wrote it. */
export const KeyLogLine = v.strictObject({
  type: v.literal('key-log'),
  seq: Seq,
  run: Count,
  at: AtMs,
  side: SideSchema,
  line: text(400),
});

/**
 * What the program on one side reported. Told by that program, never by the wire.
 * `trusts-peer`: it has accepted the other's certificate. `refuses-peer`: it has refused it, `reason` says why.
 * `told`: the peer sent it an alert. `fault`: it noticed a broken protocol. `ended`: the other side closed.
 * `kept-ticket`: it can go on from this connection in a later one, for `lifetimeSeconds` from then.
 */
export const RunEvent = v.strictObject({
  type: v.literal('event'),
  seq: Seq,
  run: Count,
  at: AtMs,
  side: SideSchema,
  name: EventName,
  code: v.nullable(Code),
  text: Words,
  peer: v.nullable(Peer),
  lifetimeSeconds: v.optional(Lifetime),
});

/**
 * One side's end of the TCP connection as the tap saw it. `deadline`: time was up, and the tap ended the run. `cut`: the
 * tap reset this side, because the other was gone, or because it was told to.
 */
export const RunClosed = v.strictObject({
  type: v.literal('closed'),
  seq: Seq,
  run: Count,
  at: AtMs,
  from: SideSchema,
  how: v.picklist(['FIN', 'RST', 'deadline', 'cut']),
});

/** One line of application data that a side's program has read, without its newline. */
export const Heard = v.strictObject({
  type: v.literal('heard'),
  seq: Seq,
  run: Count,
  at: AtMs,
  side: SideSchema,
  line: Line,
});

/** A connection to the order desk that has ended, or has been greeted; sent after `welcome` and as they come. */
export const DeskRun = v.strictObject({
  type: v.literal('desk-run'),
  id: Count,
  startedAt: Count,
  subject: v.nullable(text(1000)),
  version: v.nullable(text(20)),
  cipherSuite: v.nullable(text(80)),
  outcome: v.picklist(['accepted', 'refused', 'incomplete']),
  reason: v.nullable(text(200)),
  bars: v.pipe(v.array(Bar), v.maxLength(200)),
  /** who closed without an alert, if somebody did */
  silentEnd: v.nullable(SideSchema),
});

export const RunFact = v.variant('type', [RunOpened, KeyLogLine, RunEvent, RunClosed, Heard]);
export type RunFact = v.InferOutput<typeof RunFact>;
export const Answer = v.variant('type', [Done, Csr, RelayReady, Dialled, LabHeard, Failed]);
export type Answer = v.InferOutput<typeof Answer>;
/** An answer of the handshake log. */
export const LogAnswer = v.variant('type', [LogRows, LogEntry, Done, Failed]);
export type LogAnswer = v.InferOutput<typeof LogAnswer>;
export const FromServer = byType([
  Welcome,
  ...Answer.options,
  ...RunFact.options,
  LimitReached,
  TakenOver,
  DeskRun,
  LogRows,
  LogEntry,
  LogNews,
]);
export type FromServer = v.InferOutput<typeof FromServer>;
export type Welcome = v.InferOutput<typeof Welcome>;
export type DeskRun = v.InferOutput<typeof DeskRun>;
export type RunEvent = v.InferOutput<typeof RunEvent>;
export type RunClosed = v.InferOutput<typeof RunClosed>;
/** How one side's TCP connection ended. */
export type Ending = RunClosed['how'];

/** Close codes of the WebSocket, above the protocol's own. */
export const CLOSE = { badMessages: 1008, goingAway: 1001, takenOver: 4009, limit: 4029 } as const;
