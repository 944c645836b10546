import { describe, expect, test } from 'vitest';
import type { RunEvent } from '$core/bridge/messages.ts';
import type { Side } from '$core/tls/dissection.ts';
import { aRun } from './aRun.ts';
import { beliefOf, knowledgeOf, ownWords } from './beliefs.ts';
import { countInWords, lampOf, verdictOf } from './verdict.ts';

const record = (index: number, from: Side, bytes: readonly number[]) => ({
  ...{ seq: index + 1, run: 1, index, from, sentAt: index, at: index, delivered: null },
  sent: Uint8Array.from(bytes),
});
/** An alert in clear: content type 21, TLS 1.2 on the record, level fatal (RFC 8446 §6). */
const alert = (code: number) => [21, 3, 3, 0, 2, 2, code];
/** A record under keys that nobody has written down. */
const SEALED = [23, 3, 3, 0, 3, 1, 2, 3];

const event = (side: Side, name: RunEvent['name'], code: string | null = null): RunEvent => ({
  ...{ type: 'event', seq: 1, run: 1, at: 5, side, name, code },
  text: 'what it said',
  peer: name === 'trusts-peer' ? { subject: 'CN=alice,O=Order Desk', serial: '0a', sha256: 'ab' } : null,
});
const fin = (from: Side, at: number) => ({ type: 'closed', seq: 1, run: 1, at, from, how: 'FIN' }) as const;

describe('the verdict', () => {
  test('of a run that goes on is none', () => {
    expect(verdictOf(aRun({ records: [record(0, 'client', SEALED)] }))).toEqual({ kind: 'none' });
  });

  test('of an alert names the alert that was on the wire, and its sender’s own reason', () => {
    const run = aRun({
      records: [record(0, 'server', alert(48))],
      events: [event('server', 'refuses-peer', 'UNABLE_TO_VERIFY')],
      closes: [fin('server', 9)],
    });
    const verdict = verdictOf(run);
    expect(verdict).toMatchObject({ kind: 'alert', code: 48, title: 'unknown_ca, from the server' });
    expect(JSON.stringify(verdict)).toContain('The server’s own reason: UNABLE_TO_VERIFY.');
  });

  test('of a silent refusal says that no alert was sent, and whose word the reason is', () => {
    const run = aRun({
      events: [event('client', 'trusts-peer'), event('server', 'refuses-peer', 'CERT_HAS_EXPIRED')],
      closes: [fin('server', 9), fin('client', 10)],
    });
    expect(verdictOf(run)).toEqual({
      kind: 'closed',
      how: 'FIN',
      title: 'No alert was sent',
      text: 'The server refused and closed the connection. The server’s own reason, which stayed on its side: CERT_HAS_EXPIRED.',
    });
  });

  test('claims no silence where a record of that side stayed sealed', () => {
    const run = aRun({
      records: [record(0, 'server', SEALED)],
      events: [event('server', 'refuses-peer', 'CERT_HAS_EXPIRED')],
      closes: [fin('server', 9)],
    });
    expect(verdictOf(run)).toMatchObject({ kind: 'closed', title: 'The server closed the connection' });
  });

  test('of two lit lamps is that both believe, also after the end', () => {
    const events = [event('client', 'trusts-peer'), event('server', 'trusts-peer')];
    expect(verdictOf(aRun({ events }))).toMatchObject({ kind: 'accepted', title: 'Both sides believe each other' });
    const closes = [fin('client', 8), fin('server', 9)];
    expect(verdictOf(aRun({ events, closes }))).toMatchObject({ title: 'Accepted, and now closed' });
  });
});

test('a lamp is lit by its own side’s word only', () => {
  const run = aRun({ events: [event('client', 'trusts-peer')] });
  expect([lampOf(run, 'client'), lampOf(run, 'server'), lampOf(null, 'client')]).toEqual(['lit', 'unknown', 'unknown']);
});

test('a client that was refused in silence knows neither that nor why', () => {
  const run = aRun({
    records: [record(0, 'client', SEALED)],
    events: [event('client', 'trusts-peer'), event('server', 'refuses-peer', 'CERT_HAS_EXPIRED')],
    closes: [fin('server', 9), fin('client', 10)],
  });
  expect(beliefOf('client', run)).toBe('I was connected. Then it just ended. No reason given.');
  expect(knowledgeOf('client', run).at(-1)).toEqual({ text: 'whether it was accepted', known: false });
  expect(ownWords('server', run).map(({ code }) => code)).toEqual(['CERT_HAS_EXPIRED']);
  expect(ownWords('client', run)).toEqual([]);
});

test('before the first record nobody has said anything', () => {
  expect([beliefOf('client', null), beliefOf('server', null)]).toEqual([
    'I have not said anything yet.',
    'Nobody has called yet.',
  ]);
});

test('records and the end are counted in words', () => {
  expect(countInWords(aRun({ records: [record(0, 'client', SEALED)] }))).toBe('1 record');
  expect(countInWords(aRun({ closes: [fin('server', 1)] }))).toBe('0 records, then a FIN');
});
