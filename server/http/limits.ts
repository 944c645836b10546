/** What one HTTP client may take of us. A browser that loads the site stays far below all of it. */
export const HTTP_LIMITS = {
  /** from the first byte of a request to the end of its headers, and to its own end: a browser takes milliseconds */
  headersMs: 10_000,
  requestMs: 15_000,
  /** how often the two are looked at; Node's own 30 s would make them late */
  checkMs: 1_000,
  headerBytes: 16 * 1024,
  connections: 1_000,
} as const;
