/**
 * What the bridge allows. Each limit has a unit in its name and a reason; reaching one is told to the page by this name.
 */
export const LIMITS = {
  /** one WebSocket frame: far above a lesson's largest message (a chain), far below what hurts */
  frameBytes: 256 * 1024,
  /** time from the upgrade to `hello`: a page says it at once */
  helloMs: 5_000,
  /** messages a second a tab may send on average, and in one burst: letting records through one by one takes one each */
  messagesPerSecond: 100,
  messageBurst: 1_000,
  /** messages that do not fit the schema before the socket is closed */
  badMessages: 20,
  /** silence between keep-alive pings, and how many may stay unanswered */
  pingMs: 20_000,
  missedPings: 2,
  /** sockets one browser, and the process, may hold open */
  socketsPerCookie: 8,
  sockets: 512,
  /** learners with a relay at one time: some classes, with room; an idle one costs some 30 KiB */
  sessions: 256,
  /** connections of one session that are open at once */
  connectionsPerSession: 4,
  /** a connection's longest life: a lesson step with time to read */
  connectionMs: 30 * 60_000,
  /** a session nobody talks to */
  sessionIdleMs: 15 * 60_000,
  /** runs, records and bytes of the log of one session that a reconnecting page can ask for again */
  loggedMessages: 2_000,
  loggedBytes: 2 * 1024 * 1024,
  /** bytes waiting in a socket to the page before the tap pauses, and before the socket is closed */
  bufferedPauseBytes: 1024 * 1024,
  bufferedCloseBytes: 4 * 1024 * 1024,
  /** PEM text of a key, of a chain, of a list of anchors */
  keyPemBytes: 16 * 1024,
  chainPemBytes: 64 * 1024,
  chainCertificates: 8,
  anchors: 8,
  /** revocation lists that the relay takes, each as long as a chain at most */
  crls: 8,
  /** things that the page's client may say in one message: a handshake makes about a dozen */
  reportsPerMessage: 32,
  /** bytes of the page's client that may wait for the tap */
  clientBufferedBytes: 1024 * 1024,
  /** bytes that the tap puts on the wire in the place of one record, or as an injected one: a few records */
  tapBytes: 64 * 1024,
  /** one line of the order desk */
  lineBytes: 64 * 1024,
  /** rows of the handshake log in one answer, and in one message of news: two screens, and about 30 kB */
  logRows: 100,
  logNews: 40,
  /** what the two programs said of one connection in the log */
  logWords: 64,
  /** RSA modulus that the relay works with */
  rsaBits: 4096,
} as const;

export type LimitName = keyof typeof LIMITS;
