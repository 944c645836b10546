/** Runs for tests. */
import type { Run } from '$core/bridge/run.ts';
import { fromHex } from '$core/bytes/hex.ts';
import sessions from '$core/tls/fixtures/sessions.json' with { type: 'json' };

/** A run of which nothing is known yet but these parts. */
export const aRun = (parts: Partial<Run>): Run => ({
  ...{ id: 1, label: 'good', version: '1.3', client: 'node', engine: 'node', serverName: 'localhost', startedAt: 0 },
  ...{ records: [], held: [], keyLog: [], events: [], closes: [], heard: [] },
  ...parts,
});

/** Node 20.20 with Node, mutual, ECDSA: recorded through a tap. */
export function recordedRun(version: '1.2' | '1.3'): Run {
  const found = sessions.sessions.find(({ name }) => name === `Node 20.20.2 with Node, mutual, ECDSA, TLS ${version}`);
  if (!found) throw new Error('no such recording');
  const records = found.records.map(({ from, hex }, index) => {
    const sent = fromHex(hex);
    if (!sent.ok) throw new Error('a recording that is not hex');
    const when = { seq: index + 1, run: 1, index, sentAt: index, at: index, delivered: null };
    return { ...when, from: from === 'client' ? ('client' as const) : ('server' as const), sent: sent.value };
  });
  const keyLog = found.keyLog.split('\n').map((line) => ({ side: 'server' as const, at: 0, line }));
  return aRun({ version, records, keyLog });
}
