/** What one connection to the order desk may do. A unit in each name, a reason beside it. */
export const VISIT_LIMITS = {
  /** lines read a second on average, and in one burst: nobody types faster, a script is held back */
  linesPerSecond: 20,
  lineBurst: 40,
  /** lines that are no request before the connection is closed */
  badLines: 3,
  /** silence before the connection is closed */
  idleMs: 5 * 60_000,
  /** scrypt takes 32 MiB and a core each; more at once would starve those who are signed in */
  hashesAtOnce: 4,
  hashesWaiting: 32,
  /** failed sign-ins of one account or one certificate before each further one has to wait */
  freeFailures: { account: 5, certificate: 20 },
  /** how long failures are remembered */
  failureMemoryMs: 15 * 60_000,
  /** the wait after the first failure that is not free; it doubles with each further one, up to the longest */
  firstWaitMs: 1_000,
  longestWaitMs: 60_000,
} as const;
