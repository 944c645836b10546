/** What runs in the browser: a live session that is dissected whole with each record that comes. */
import sessions from '../../src/core/tls/fixtures/sessions.json' with { type: 'json' };
import { fromHex } from '../../src/core/bytes/hex.ts';
import { dissect } from '../../src/core/tls/dissect.ts';

export interface Redissected {
  readonly name: string;
  /** of each dissection, in the order of the records */
  readonly ms: readonly number[];
  readonly records: number;
  readonly unexplained: number;
}

/** Everything that the page reads of a dissection is read. */
function redissect(): Redissected[] {
  return sessions.sessions.map(({ name, records, keyLog }) => {
    const chunks = records.map(({ from, hex }, at) => {
      const bytes = fromHex(hex);
      if (!bytes.ok) throw new Error(bytes.error.why);
      return { from: from === 'client' ? ('client' as const) : ('server' as const), at, bytes: bytes.value };
    });
    let unexplained = 0;
    const ms = chunks.map((_, index) => {
      const startedAt = performance.now();
      const { bytes, verified, keySchedule } = dissect(chunks.slice(0, index + 1), keyLog);
      const { certificateVerify, finished } = verified;
      const proofs = [certificateVerify.client, certificateVerify.server, finished.client, finished.server];
      if (proofs.some(({ holds }) => holds === false)) throw new Error('a proof does not hold');
      unexplained = bytes.total - bytes.explained + 0 * keySchedule.length;
      return performance.now() - startedAt;
    });
    return { name, ms, records: chunks.length, unexplained };
  });
}

Object.assign(globalThis, { redissect });
