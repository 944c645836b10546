import { LOG_KEEPS } from '../../src/core/bridge/log.ts';

/** What the handshake log keeps. README.md and the page tell the first two. */
export const LOG_LIMITS = {
  /** the oldest go first */
  connections: LOG_KEEPS.connections,
  /** of all that is stored of them */
  storedBytes: LOG_KEEPS.megabytes * 1024 * 1024,
  /** of one connection, as records with their heads: a handshake and many orders. It fits one frame of the bridge */
  recordBytes: 128 * 1024,
  /** key-log lines of one connection; a handshake makes five on each side, each KeyUpdate two more */
  keyLogLines: 64,
  /** between two writes: many short connections share one, and a page is told as often */
  batchMs: 250,
  /** records and words between two writes, more of which make the server a busy one: some twenty handshakes do */
  busyNews: 700,
  /** without a busy moment, before what waited is written */
  quietMs: 1_000,
  /** of what waits for that: some thousands of handshakes. Then it is written, busy or not */
  laterBytes: 24 * 1024 * 1024,
  /** connections of one write: after a busy time the thread still answers between two */
  batch: 250,
  /** between two writes of a connection that goes on, at the least; and after its last news, for a busy one */
  liveMs: 1_000,
  /** of those that go on and were written before, in one write: many busy ones take turns */
  liveBatch: 8,
  /** between two writes of one that is busy without a pause and has not grown much meanwhile */
  busyMs: 10_000,
  /** of one that goes on, that are taken apart for its row: a handshake and what is said first. All are at its end */
  liveRecords: 64,
  /** on the way to the disk; more would be a disk that does not keep up */
  waitingBytes: 16 * 1024 * 1024,
} as const;
