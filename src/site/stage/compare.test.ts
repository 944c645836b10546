import { expect, test } from 'vitest';
import sessions from '$core/tls/fixtures/sessions.json' with { type: 'json' };
import type { Run } from '$core/bridge/run.ts';
import { fromHex } from '$core/bytes/hex.ts';
import { dissectionOf } from '$core/world/outcome.ts';
import { costOf, purposesOf } from './compare.ts';

/** Node 20.20 with Node, mutual, ECDSA: recorded through a tap. */
function recorded(version: '1.2' | '1.3'): Run {
  const found = sessions.sessions.find(({ name }) => name === `Node 20.20.2 with Node, mutual, ECDSA, TLS ${version}`);
  if (!found) throw new Error('no such recording');
  const records = found.records.map(({ from, hex }, index) => {
    const sent = fromHex(hex);
    if (!sent.ok) throw new Error('a recording that is not hex');
    const when = { seq: index + 1, run: 1, index, sentAt: index, at: index, delivered: null };
    return { ...when, from: from === 'client' ? ('client' as const) : ('server' as const), sent: sent.value };
  });
  const keyLog = found.keyLog.split('\n').map((line) => ({ side: 'server' as const, at: 0, line }));
  return {
    ...{ id: 1, label: 'good', version, client: 'node', engine: 'node', serverName: 'localhost', startedAt: 0 },
    ...{ records, held: [], keyLog, events: [], closes: [], heard: [] },
  };
}
const runs = { '1.2': recorded('1.2'), '1.3': recorded('1.3') };

test('what does the same work stands in one row', () => {
  const names = purposesOf(runs).map(({ text, cells }) => [
    text,
    cells['1.2'].carriers.map(({ from, name }) => `${from} ${name}`).join(', ') || cells['1.2'].note,
    cells['1.3'].carriers.map(({ from, name }) => `${from} ${name}`).join(', ') || cells['1.3'].note,
  ]);
  expect(names).toContainEqual([
    'The server proves that it has the key',
    'server ServerKeyExchange',
    'server CertificateVerify',
  ]);
  expect(names).toContainEqual([
    'The client’s half of the key',
    'client ClientKeyExchange',
    'in its hello (key_share), before anybody asked',
  ]);
  expect(names).toContainEqual([
    'The server asks for a certificate',
    'server CertificateRequest',
    'server CertificateRequest',
  ]);
});

test.each(['1.2', '1.3'] as const)('every handshake message of TLS %s is in one row, once', (version) => {
  const carriers = purposesOf(runs).flatMap(({ cells }) => cells[version].carriers);
  const { messages } = dissectionOf(runs[version]);
  for (const { name, from, length } of messages)
    expect(carriers.filter((one) => one.name === name && one.from === from && one.bytes === length)).not.toEqual([]);
  const places = carriers.map(({ from, name, record }) => `${from} ${name} ${record}`);
  expect(new Set(places).size).toBe(places.length);
});

test('TLS 1.2 takes two round trips and shows both certificates, 1.3 one and none (RFC 5246 §7.3, RFC 8446 §2)', () => {
  expect(costOf(runs['1.2'])).toMatchObject({ roundTrips: 2, shown: ['server', 'client'] });
  expect(costOf(runs['1.3'])).toMatchObject({ roundTrips: 1, shown: [] });
  const [older, newer] = [costOf(runs['1.2']), costOf(runs['1.3'])];
  expect((older?.readable ?? 0) / (older?.bytes ?? 1)).toBeGreaterThan(0.9);
  expect((newer?.readable ?? 1) / (newer?.bytes ?? 1)).toBeLessThan(0.5);
});

test('a handshake that did not end costs nothing yet', () => {
  expect(costOf({ ...runs['1.3'], records: runs['1.3'].records.slice(0, 3) })).toBeNull();
});
