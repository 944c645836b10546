/** The words that the stage finds for a run: its story, its news and its aftermath. */
import { describe, expect, test } from 'vitest';
import type { RecordRow } from '$site/ui/wire/sequence.ts';
import { aftermathOf } from './aftermath.ts';
import { aRun, recordedRun } from './aRun.ts';
import { newsOf } from './news.ts';
import { rowsOf } from './rows.ts';
import { storyOf } from './story.ts';
import { verdictOf } from './verdict.ts';

/** A fatal alert in clear, RFC 8446 §6. */
const alert = (code: number) => Uint8Array.from([21, 3, 3, 0, 2, 2, code]);

describe('the story', () => {
  test('of TLS 1.3 tells each message in a sentence of its side, and nothing for ChangeCipherSpec', () => {
    const story = storyOf(recordedRun('1.3'));
    expect(story.map(({ text }) => text)).toContain('“I want to see a certificate of yours, too.”');
    expect(story.filter(({ text }) => text.includes('Only the key of my certificate'))).toHaveLength(2);
    expect(story.some(({ text }) => text.includes('From now on I lock'))).toBe(false);
  });

  test('of TLS 1.2 tells ChangeCipherSpec, because there it says something', () => {
    expect(storyOf(recordedRun('1.2')).filter(({ text }) => text === '“From now on I lock what I say.”')).toHaveLength(
      2,
    );
  });

  test('without keys says how long a record is, and no more', () => {
    const story = storyOf({ ...recordedRun('1.3'), keyLog: [] });
    expect(story.at(-1)?.text).toMatch(/^Says \d+ bytes that nobody here can open\.$/);
  });
});

describe('news for a screen reader', () => {
  const rows = rowsOf(recordedRun('1.3'), []);
  const row = (index: number, change: Partial<RecordRow> = {}) => ({ ...(rows[index] as RecordRow), ...change });

  test('name one record', () => {
    expect(newsOf([row(0, { passage: 'held' })])).toBe('record 1, ClientHello, from the client, held');
  });

  test('count many, and name the last', () => {
    expect(newsOf([row(0), row(1)])).toBe('2 records. The last: record 2, ServerHello, from the server');
  });
});

describe('an alert that the tap put on the wire', () => {
  const injected = { seq: 9, run: 1, index: 0, from: 'server', sentAt: 1, at: 1, sent: new Uint8Array() } as const;
  const run = aRun({ records: [{ ...injected, delivered: alert(40) }] });

  test('is not called the server’s', () => {
    expect(verdictOf(run)).toMatchObject({ title: 'handshake_failure, in the name of the server' });
    expect(aftermathOf(run)).toContain(
      'The tap, in the name of the server, sent the alert handshake_failure (40), in clear.',
    );
  });

  test('is called the server’s when the server sent it', () => {
    const own = aRun({ records: [{ ...injected, sent: alert(40), delivered: null }] });
    expect(verdictOf(own)).toMatchObject({ title: 'handshake_failure, from the server' });
    expect(aftermathOf(own)).toContain('The server sent the alert handshake_failure (40), in clear.');
  });
});

test('a record that reached nobody, and one that reached its peer changed, are told as such', () => {
  const run = recordedRun('1.3');
  const [first, second, ...others] = run.records;
  if (!first || !second) throw new Error('no records');
  const changed = { ...second, delivered: second.sent.map((byte, at) => (at === 40 ? byte ^ 1 : byte)) };
  const tampered = { ...run, records: [{ ...first, delivered: new Uint8Array() }, changed, ...others] };
  expect(
    rowsOf(tampered, [])
      .map(({ passage }) => passage)
      .slice(0, 3),
  ).toEqual(['dropped', 'changed', 'passed']);
  expect(aftermathOf(tampered)).toContain('Record 1 of the client was dropped at the tap.');
  expect(aftermathOf(tampered)).toContain('Record 2 of the server was changed at the tap.');
});
