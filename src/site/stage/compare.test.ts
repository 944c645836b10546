import { expect, test } from 'vitest';
import { dissectionOf } from '$core/world/outcome.ts';
import { recordedRun } from './aRun.ts';
import { costOf, purposesOf } from './compare.ts';

const runs = { '1.2': recordedRun('1.2'), '1.3': recordedRun('1.3') };

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
