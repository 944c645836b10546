/** What one connection to the order desk may do. A unit in each name, a reason beside it. */
export const VISIT_LIMITS = {
  /**
   * Lines read a second on average, and in one burst. Connections take turns line by line, so a hasty one takes time from
   * nobody but itself; this only bounds what one script can store.
   */
  linesPerSecond: 1_000,
  lineBurst: 500,
  /** lines that are no request before the connection is closed */
  badLines: 3,
  /** silence before the connection is closed */
  idleMs: 5 * 60_000,
  /** passwords that wait to be checked; each waits on its own connection, and connections take turns by certificate */
  hashesWaiting: 512,
  /** failed sign-ins of one account or one certificate before each further one has to wait */
  freeFailures: { account: 5, certificate: 20 },
  /** how long failures are remembered */
  failureMemoryMs: 15 * 60_000,
  /** the wait after the first failure that is not free; it doubles with each further one, up to the longest */
  firstWaitMs: 1_000,
  longestWaitMs: 60_000,
  /** for an answer that is under way, and for the peer to read the last line, when the desk ends a connection */
  farewellMs: 400,
  /** for a peer to read the last line and close its own end; who goes on sending instead is cut off */
  lingerMs: 5_000,
  /** refusals of one certificate in the audit trail: at once, and each second after that; others are only counted */
  refusalBurst: 100,
  refusalsPerSecond: 1,
  /** new certificates for one connection's certificate: an RSA signature takes longer than a hundred orders */
  renewalBurst: 3,
  renewalsPerMinute: 2,
} as const;
