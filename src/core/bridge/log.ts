/** The handshake log on the bridge: rows of a list, what is asked of it, and what is answered and told. */
import * as v from 'valibot';
import { EventName } from './event-name.ts';
import { LIMITS } from './limits.ts';
import { Strip } from './strip.ts';

const Id = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(Number.MAX_SAFE_INTEGER));
const Count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));
const text = (max: number) => v.pipe(v.string(), v.maxLength(max));
const Side = v.picklist(['client', 'server']);
const Endpoint = v.strictObject({ address: text(64), port: Count });
const ofBoth = <S extends v.GenericSchema>(schema: S) => v.strictObject({ client: schema, server: schema });

/** What the log keeps; README.md tells it too. The oldest go first. */
export const LOG_KEEPS = { connections: 5_000, megabytes: 200 } as const;

/** The most characters of a name that a peer chose, and of a reason, in a row. */
export const ROW_TEXT = { name: 310, reason: 500 } as const;

/** How a connection went: by its bytes, and by the word of the server that judged the client. */
export const LogOutcome = v.picklist(['established', 'refused', 'incomplete']);
export type LogOutcome = v.InferOutput<typeof LogOutcome>;

/** `desk`: to the order desk's own port. `learner`: a run of somebody's lessons; a page gets those of its own only. */
export const LogOwner = v.picklist(['desk', 'learner']);
export type LogOwner = v.InferOutput<typeof LogOwner>;

/** One connection in a few facts. What a peer did not come to say is null. */
export const LogRow = v.strictObject({
  /** rises from connection to connection, also after a restart */
  id: Id,
  whose: LogOwner,
  /** the run's label, or `desk` */
  label: text(40),
  /** Unix time in ms */
  startedAt: Count,
  /** more may come */
  isOpen: v.boolean(),
  client: Endpoint,
  server: Endpoint,
  version: v.nullable(text(20)),
  cipherSuite: v.nullable(text(80)),
  serverName: v.nullable(text(ROW_TEXT.name)),
  resumed: v.boolean(),
  /** null: nobody here has the keys to see it */
  mutual: v.nullable(v.boolean()),
  /** of each side's own certificate */
  subjects: ofBoth(v.nullable(text(ROW_TEXT.name))),
  /** lower-case hex */
  serials: ofBoth(v.nullable(text(128))),
  outcome: LogOutcome,
  /** the first that says that something is wrong */
  alert: v.nullable(v.strictObject({ from: Side, code: Count, name: text(80) })),
  /** who closed first, where it was not established and no alert says why */
  silentEnd: v.nullable(Side),
  /** why a side ended it, in its program's own words */
  reason: v.nullable(text(ROW_TEXT.reason)),
  records: Count,
  /** of the records, on the wire */
  bytes: Count,
  /** records that the tap changed, dropped or added */
  changed: Count,
  /** more passed than is kept */
  isCut: v.boolean(),
  /** of its records as they were delivered; empty where an older version has written it down */
  strip: Strip,
});
export type LogRow = v.InferOutput<typeof LogRow>;

export const LogQuery = v.strictObject({
  /** words, all of which have to be found; empty: no condition */
  text: text(200),
  /** `open`: more may come */
  outcome: v.nullable(v.picklist([...LogOutcome.options, 'open'])),
  version: v.nullable(v.picklist(['TLS 1.2', 'TLS 1.3'])),
  whose: v.nullable(LogOwner),
});
export type LogQuery = v.InferOutput<typeof LogQuery>;

/** A query that everything fits. */
export const WHOLE_LOG: LogQuery = { text: '', outcome: null, version: null, whose: null };

/**
 * Asks for rows that fit, the newest first. `upTo`: those that came later are left out and only counted, so that an
 * offset means the same while connections come; null: the newest of all.
 */
export const AskLogRows = v.strictObject({
  type: v.literal('log-rows'),
  id: Id,
  query: LogQuery,
  upTo: v.nullable(Count),
  offset: Count,
  most: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(LIMITS.logRows)),
});

/** From now on, or no longer, the page is told what is new in the log. */
export const FollowLog = v.strictObject({ type: v.literal('log-follow'), id: Id, on: v.boolean() });

/** Asks for one connection. Its bytes come first, as a pcapng file with its secrets (`frames.ts`), then the answer. */
export const AskLogEntry = v.strictObject({ type: v.literal('log-entry'), id: Id, entry: Id });

/** How many connections there are, whatever the query. */
const LogCounts = v.strictObject({
  total: Count,
  open: Count,
  established: Count,
  refused: Count,
  incomplete: Count,
});
export type LogCounts = v.InferOutput<typeof LogCounts>;

export const LogRows = v.strictObject({
  type: v.literal('log-rows'),
  re: Id,
  /** id of the newest that was looked at; 0 in an empty log */
  upTo: Count,
  /** how many up to there fit the query, and how many have come since that fit it as well */
  matching: Count,
  newer: Count,
  counts: LogCounts,
  rows: v.pipe(v.array(LogRow), v.maxLength(LIMITS.logRows)),
});
export type LogRows = v.InferOutput<typeof LogRows>;

/** What a side's program said of the connection; it stood in no record. */
export const LogWord = v.strictObject({
  at: v.pipe(v.number(), v.minValue(0)),
  side: Side,
  name: EventName,
  code: v.nullable(text(80)),
  text: text(500),
});
export type LogWord = v.InferOutput<typeof LogWord>;

export const LogEntry = v.strictObject({
  type: v.literal('log-entry'),
  re: Id,
  row: LogRow,
  words: v.pipe(v.array(LogWord), v.maxLength(LIMITS.logWords)),
  /** length of the file that came before */
  fileBytes: Count,
});
export type LogEntry = v.InferOutput<typeof LogEntry>;

/** What is new since the last word, told a few times a second at most. */
export const LogNews = v.strictObject({
  type: v.literal('log-news'),
  /** new or changed, the newest as it is now */
  rows: v.pipe(v.array(LogRow), v.maxLength(LIMITS.logNews)),
  /** false: more has changed than stands here */
  isAll: v.boolean(),
});
export type LogNews = v.InferOutput<typeof LogNews>;
