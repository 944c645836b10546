/** Where reading a capture stops. Reaching one is told in the capture's problems, under its own words. */
export const CAPTURE_LIMITS = {
  /** a segment that carries data costs about 200 bytes of memory; this keeps them under half a gigabyte */
  segments: 2_000_000,
  /** a scan of ports makes a connection of every packet */
  connections: 100_000,
  /** how far into a connection's plaintext TLS is looked for: more than any dialogue before STARTTLS */
  plaintextBytes: 64 * 1024,
  /** pieces of one side that are handed to the dissector; more are joined, and keep the time of the last */
  chunksOfSide: 50_000,
  /** records of one connection that are dissected, at about two kilobytes each */
  records: 200_000,
} as const;
