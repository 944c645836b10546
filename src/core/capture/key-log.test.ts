import { expect, test } from 'vitest';
import { concat } from '../bytes/reader.ts';
import type { Chunk } from '../tls/dissection.ts';
import * as build from './fixtures/build.ts';
import { clientRandomOf, hasKeyLogLine, isKeyLog, randomsIn } from './key-log.ts';

/** Node wrote the client random of a session into its key log. */
const randomIn = (keyLog: string) => keyLog.split(' ')[1];

test.each(build.SESSIONS)('$name: the random is found without dissecting, in pieces of any size', (session) => {
  const random = randomIn(session.keyLog);
  const bytewise = session.chunks.flatMap(({ from, at, bytes }) =>
    Array.from(bytes, (byte): Chunk => ({ from, at, bytes: Uint8Array.of(byte) })),
  );
  expect(random).toMatch(/^[0-9a-f]{64}$/);
  expect(clientRandomOf(session.chunks)).toBe(random);
  expect(clientRandomOf(bytewise)).toBe(random);
  expect(randomsIn(session.keyLog)).toEqual(new Set([random]));
});

test('a ClientHello in records of one byte each has its random too', () => {
  const hello = build.streamOf(build.TLS13.chunks, 'client').subarray(5, 5 + 60);
  const records = Array.from(hello, (byte) => Uint8Array.of(22, 3, 1, 0, 1, byte));
  const bytes = concat(...records);
  expect(clientRandomOf([{ from: 'client', at: 0, bytes }])).toBe(randomIn(build.TLS13.keyLog));
});

test('a connection that begins with anything else has none', () => {
  const bytes = build.streamOf(build.TLS13.chunks, 'client');
  const from = 'client' as const;
  const begins = (start: number, end = bytes.length) =>
    clientRandomOf([{ from, at: 0, bytes: bytes.subarray(start, end) }]);
  expect(begins(0)).not.toBeNull();
  expect([begins(0, 42), begins(5), clientRandomOf([])]).toEqual([null, null, null]);
  expect(clientRandomOf([{ from, at: 0, bytes: build.streamOf(build.TLS13.chunks, 'server') }])).toBeNull();
  expect(clientRandomOf([{ from, at: 0, bytes: Uint8Array.of(22, 3, 1, 0, 0, 22, 3, 1, 0, 0) }])).toBeNull();
});

test('a key log has at least one line of one; a file of comments may become one', () => {
  const line = `CLIENT_RANDOM ${'AB'.repeat(32)} ${'cd'.repeat(48)}`;
  expect(hasKeyLogLine(`# made by NSS\r\n${line}\r\n`)).toBe(true);
  expect(randomsIn(`${line}\nSERVER_TRAFFIC_SECRET_0 ${'ef'.repeat(32)} 00\n`).size).toBe(2);
  expect(randomsIn(line).has('ab'.repeat(32))).toBe(true);
  expect([hasKeyLogLine('# only this'), isKeyLog('# only this'), isKeyLog('')]).toEqual([false, true, true]);
  expect([hasKeyLogLine('CLIENT_RANDOM 00 00'), isKeyLog('hello')]).toEqual([false, false]);
});
