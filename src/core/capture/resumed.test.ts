/** Two visits of gnutls-cli 3.7.9 each, which logs the secret of a session when it is made, and not again. */
import { expect, test } from 'vitest';
import { fromHex } from '../bytes/hex.ts';
import { dissect } from '../tls/dissect.ts';
import type { Chunk } from '../tls/dissection.ts';
import * as build from './fixtures/build.ts';
import recorded from './fixtures/resumed.json' with { type: 'json' };
import { readCapture } from './read-capture.ts';
import { withResumed } from './resumed.ts';

const [first, byTicket, other, byId] = recorded.sessions.map(({ records, keyLog }) => ({
  keyLog,
  chunks: records.map(({ from, hex }, at): Chunk => {
    const bytes = fromHex(hex);
    if (!bytes.ok) throw new Error(bytes.error.why);
    return { from: from === 'client' ? 'client' : 'server', at, bytes: bytes.value };
  }),
}));
if (!first || !byTicket || !other || !byId) throw new Error('A recording is missing.');

const captured = (...sessions: { chunks: Chunk[] }[]) =>
  sessions.flatMap(({ chunks }) => readCapture(build.pcap(build.packets(build.sentBy(chunks)))).connections);

test.each([
  ['its ticket', first, byTicket],
  ['its session id', other, byId],
])('a session resumed by %s opens with the secret of the first visit', (_name, before, after) => {
  expect(after.keyLog.trim()).toBe('');
  const keyLog = withResumed(captured(before, after), before.keyLog);
  const dissection = dissect(after.chunks, keyLog);
  expect(dissection.problems).toEqual([]);
  expect(dissection.resumed).toBe(true);
  expect([dissection.verified.finished.client.holds, dissection.verified.finished.server.holds]).toEqual([true, true]);
  expect(dissection.bytes.explained).toBe(dissection.bytes.total);
});

test('without the first visit nothing is made up', () => {
  expect(withResumed(captured(byTicket), first.keyLog)).toBe(first.keyLog);
  expect(withResumed(captured(first, byTicket), '')).toBe('');
  expect(withResumed(captured(first, byId), first.keyLog)).toBe(first.keyLog);
});

test('a full handshake gets no secret of another session, though it offered one', () => {
  const lines = withResumed(captured(first, other), first.keyLog);
  expect(lines).toBe(first.keyLog);
});
