import type { ConnectionSummary } from '$core/capture/view/summary.ts';
import { expect, test } from 'vitest';
import { TOLD } from '../state/capture/told.ts';
import { clockOf, factsOf, fileWords, lockedWords, noCertificate, placeOf, rowName, secretWords } from './words.ts';

const aSummary = (given: Partial<ConnectionSummary> = {}): ConnectionSummary => ({
  index: 0,
  client: { address: '10.1.2.3', port: 50_000 },
  server: { address: '2001:db8::1', port: 443 },
  startedAt: 0,
  ...{ startTls: null, version: 'TLS 1.3', cipherSuite: 'TLS_AES_128_GCM_SHA256', group: 'x25519', serverName: null },
  ...{ alpn: null, mutual: true, resumed: false, outcome: 'established', subjects: { client: null, server: null } },
  ...{ alerts: [], silentEnd: null, records: 17, locked: 0, bytes: 3406 },
  ...given,
});

test('an address of IPv6 stands in brackets before its port', () => {
  expect(placeOf(aSummary().server)).toBe('[2001:db8::1]:443');
  expect(placeOf(aSummary().client)).toBe('10.1.2.3:50000');
});

test('a row is read out whole, with how it ended', () => {
  expect(rowName(aSummary({ index: 2, serverName: 'desk' }))).toBe(
    'Connection 3, from 10.1.2.3:50000 to desk at [2001:db8::1]:443, ' +
      'TLS 1.3, TLS_AES_128_GCM_SHA256, mutual, established, 17 records',
  );
  const refused = aSummary({
    outcome: 'refused',
    alerts: [{ from: 'server', code: 116, name: 'certificate_required' }],
  });
  expect(rowName(refused)).toContain('refused, alert 116 certificate_required from the server');
  expect(rowName(aSummary({ outcome: 'incomplete', silentEnd: 'server' }))).toContain(
    'the server closed without an alert',
  );
});

test('mutual is said only of a connection where it was seen', () => {
  expect(factsOf(aSummary())).toContain('mutual');
  expect(factsOf(aSummary({ mutual: null })).join()).not.toContain('mutual');
  expect(factsOf(aSummary({ version: null, cipherSuite: null, mutual: false }))).toEqual(['version not agreed']);
});

test('an absent certificate has its reason', () => {
  expect(noCertificate('client', aSummary({ resumed: true }))).toContain('goes on from an earlier one');
  expect(noCertificate('server', aSummary({ mutual: null, locked: 13 }))).toContain('locked with handshake keys');
  expect(noCertificate('client', aSummary({ mutual: false }))).toBe('It showed none.');
  expect(noCertificate('client', aSummary({ mutual: false, outcome: 'refused' }))).toContain(
    'before the connection ended',
  );
});

test('locked records are told with the way to open them, and as a riddle where there are secrets', () => {
  expect(lockedWords(aSummary(), false)).toBeNull();
  expect(lockedWords(aSummary({ locked: 13 }), false)).toContain('13 of 17 records stay locked');
  expect(lockedWords(aSummary({ locked: 1 }), true)).toContain('although there are secrets');
});

test('a time that no clock shows is no error', () => {
  expect([clockOf(1e300), clockOf(-1)]).toEqual(['no time', 'no time']);
});

test('the file in a line', () => {
  expect(fileWords('pcap', 1, 1)).toBe('pcap, 1 packet, 1 TLS connection');
  expect(secretWords(0, 3, 0, ['a.log'])).toContain('no secrets');
  expect(secretWords(3, 3, 2, ['a.log'])).toBe('secrets of all 3, from the capture itself and a.log');
  expect(secretWords(1, 3, 0, ['a.log'])).toBe('secrets of 1 of 3, from a.log');
});

test('a file that is too large is told its size, the limit and a way', () => {
  const { text } = TOLD.tooLarge('big.pcapng', 81 * 1024 * 1024);
  for (const words of ['81 MB', '50 MB', 'editcap']) expect(text).toContain(words);
  expect(TOLD.tooLarge('small.pcap.gz', 1000).text).toContain('once it is unpacked');
});

test('a capture without TLS tells what was read and what stood in the way', () => {
  const { text } = TOLD.noTls('dns.pcap', 1, [
    { packet: 1, text: '1 packet came over a link layer that is not read here.' },
  ]);
  expect(text).toBe('1 packet was read. 1 packet came over a link layer that is not read here.');
  expect(TOLD.noTls('cut.pcap', 0, []).text).toContain('no packet of it could be read');
});
