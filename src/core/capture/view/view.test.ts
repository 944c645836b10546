import { describe, expect, test } from 'vitest';
import { concat } from '../../bytes/reader.ts';
import type { Chunk, Dissection, Side } from '../../tls/dissection.ts';
import { stripOf } from '../../tls/strip.ts';
import * as build from '../fixtures/build.ts';
import { inspect } from '../inspection.ts';
import { readCapture } from '../read-capture.ts';
import { Catalogue } from './catalogue.ts';
import { matches } from './search.ts';
import { detailOf, pageOf, RECORDS_ON_PAGE, shownOf } from './shown.ts';
import { summaryOf } from './summary.ts';
import { talkOf } from './talk.ts';

const { TLS12, TLS13 } = build;

const captureOf = (...sessions: readonly (readonly Chunk[])[]) =>
  readCapture(build.pcap(sessions.flatMap((chunks, at) => build.packets(build.sentBy(chunks), { port: 50_000 + at }))));

function inspected(chunks: readonly Chunk[], keyLog: string) {
  const found = inspect(captureOf(chunks), 0, keyLog);
  if (!found) throw new Error('no TLS found');
  return found;
}

const summaryFrom = (chunks: readonly Chunk[], keyLog = '') => summaryOf(inspected(chunks, keyLog), 0);
const alert = (from: Side, level: number, code: number): Chunk => ({
  ...{ from, at: 99, bytes: Uint8Array.of(21, 3, 3, 0, 2, level, code) },
});

/** What Node 20.20.2 reported of the recorded sessions is in their names; addresses are those of the builder. */
describe('a summary', () => {
  test.each([
    { ...TLS12, version: 'TLS 1.2', suite: 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256' },
    { ...TLS13, version: 'TLS 1.3', suite: 'TLS_AES_256_GCM_SHA384' },
  ])('$name: who, what, and how it went', ({ chunks, keyLog, version, suite }) => {
    expect(summaryFrom(chunks, keyLog)).toMatchObject({
      ...{ client: build.CLIENT, server: build.SERVER, version, cipherSuite: suite },
      ...{ mutual: true, resumed: false, outcome: 'established', locked: 0, silentEnd: null, alerts: [] },
      ...{ subjects: { client: 'CN=c', server: 'CN=s' }, records: 17 },
      bytes: chunks.reduce((sum, { bytes }) => sum + bytes.length, 0),
    });
  });

  test('whether a locked handshake of TLS 1.3 was mutual is not claimed; in TLS 1.2 it is seen', () => {
    expect(summaryFrom(TLS13.chunks)).toMatchObject({
      mutual: null,
      subjects: { client: null, server: null },
      locked: 13,
    });
    expect(summaryFrom(TLS12.chunks)).toMatchObject({ mutual: true, locked: 5 });
  });

  test('who closed without a word is told only where nothing else says why', () => {
    const broken = TLS12.chunks.slice(0, 2);
    const ends = (chunks: readonly Chunk[], order: 'client' | 'server') => {
      const { connection, dissection, problems } = inspected(chunks, '');
      const endedAt = order === 'client' ? { client: 3, server: 4 } : { client: null, server: 4 };
      return summaryOf({ connection: { ...connection, endedAt }, dissection, problems }, 0).silentEnd;
    };
    expect([ends(broken, 'client'), ends(broken, 'server')]).toEqual(['client', 'server']);
    expect(ends([...broken, alert('server', 2, 40)], 'client')).toBeNull();
    expect(ends(TLS12.chunks, 'client')).toBeNull();
  });

  test('an alert that refuses is told, close_notify is not', () => {
    const refused = [...TLS12.chunks.slice(0, 1), alert('server', 2, 70), alert('client', 1, 0)];
    expect(summaryFrom(refused)).toMatchObject({
      outcome: 'refused',
      alerts: [{ from: 'server', code: 70, name: 'protocol_version' }],
    });
  });
});

test('the strip of a long connection loses its middle, and says how much', () => {
  const { dissection } = inspected(TLS13.chunks, TLS13.keyLog);
  expect(stripOf(dissection)).toMatchObject({ leftOut: null, bars: { length: 17 } });
  const long = { ...dissection, records: Array.from({ length: 6 }, () => dissection.records).flat() };
  const { bars, leftOut } = stripOf(long);
  expect(leftOut).toEqual({ at: 36, count: 6 * 17 - bars.length });
  expect(bars).toHaveLength(44);
  expect(bars.at(-1)).toMatchObject({ bytes: dissection.records.at(-1)?.length });
});

describe('a search', () => {
  const summary = summaryFrom(TLS13.chunks, TLS13.keyLog);
  test.each([
    ['10.9.8.7:8443', true],
    ['aes_256 MUTUAL', true],
    ['cn=c tls 1.3', true],
    ['port 50000', true],
    ['', true],
    ['tls 1.2', false],
    ['mutual resumed', false],
    ['alert', false],
  ])('for "%s": %s', (text, isFound) => {
    expect(matches(summary, { text, outcome: null })).toBe(isFound);
    expect(matches(summary, { text, outcome: 'refused' })).toBe(false);
  });
});

describe('the talk', () => {
  const talk = (...bytes: readonly Uint8Array[]) =>
    talkOf({ applicationData: bytes.map((one, record) => ({ from: 'client' as const, record, bytes: one })) });
  const utf8 = (text: string) => new TextEncoder().encode(text);

  test('is text where it is text, with what is hidden made visible', () => {
    const { said } = talk(utf8('Grüße,\r\n\tan alle\u001b[31m \u202e'));
    expect(said[0]?.content).toEqual({ kind: 'text', shown: 'Grüße,\n\tan alle\\u001b[31m \\u202e' });
  });

  test('is hex where it is none', () => {
    const { said } = talk(Uint8Array.of(0x80, 0x00, 0xff), Uint8Array.of(0, 0, 18, 4, 0, 0, 0, 0, 0));
    expect(said.map(({ content }) => content)).toEqual([
      { kind: 'hex', shown: '8000ff' },
      { kind: 'hex', shown: '000012040000000000' },
    ]);
  });

  test('is cut, also inside a character, and says so; empty records are no part of it', () => {
    const { said } = talk(new Uint8Array(), utf8(`${'a'.repeat(2047)}é`));
    expect(said).toMatchObject([{ record: 1, bytes: 2049, isCut: true, content: { shown: 'a'.repeat(2047) } }]);
  });

  test('of many records counts what is not shown', () => {
    const { said, more } = talk(...Array.from({ length: 65 }, () => utf8('abc')));
    expect([said.length, more]).toEqual([60, { records: 5, bytes: 15 }]);
  });

  test('of real peers is what they said', () => {
    const { said } = talkOf(inspected(TLS13.chunks, TLS13.keyLog).dissection);
    expect(said.map(({ from, content }) => [from, content.shown])).toEqual([
      ['client', 'hello'],
      ['server', 'hello'],
    ]);
  });
});

describe('what is shown of one connection', () => {
  test('its ends come with the last record only', () => {
    const long = inspected(TLS13.chunks, TLS13.keyLog);
    const records = Array.from({ length: RECORDS_ON_PAGE + 3 }, (_, index) => ({
      ...long.dissection.records[0]!,
      index,
    }));
    const dissection: Dissection = { ...long.dissection, records };
    const [first, second] = [0, RECORDS_ON_PAGE].map((from) => pageOf({ ...long, dissection }, from));
    expect(first).toMatchObject({
      from: 0,
      total: RECORDS_ON_PAGE + 3,
      records: { length: RECORDS_ON_PAGE },
      ends: [],
    });
    expect(second?.records.map(({ index }) => index)).toEqual([
      RECORDS_ON_PAGE,
      RECORDS_ON_PAGE + 1,
      RECORDS_ON_PAGE + 2,
    ]);
    expect(second?.ends).toEqual([
      { from: 'client', how: 'FIN', at: 16 },
      { from: 'server', how: 'FIN', at: 16 },
    ]);
    expect(Object.keys(first?.records[0] ?? {})).not.toContain('fields');
  });

  test('a record comes with its own two buffers, and none of the file below them', () => {
    const found = inspected(TLS13.chunks, TLS13.keyLog);
    const { record, buffers } = detailOf(found, 5)!;
    expect(record.label).toBe('Certificate');
    const present = buffers.flatMap((bytes) => bytes);
    expect(present.map((bytes) => bytes.buffer.byteLength)).toEqual([
      record.length,
      found.dissection.buffers[record.plaintext!]!.length,
    ]);
    expect(detailOf(found, 17)).toBeUndefined();
  });

  test('without secrets nothing is said to be missing that may only be locked', () => {
    const { verified, problems } = shownOf(inspected(TLS13.chunks, ''), false);
    for (const check of [verified.certificateVerify.client, verified.finished.server])
      expect(check).toMatchObject({ holds: null, why: expect.stringContaining('locked') as string });
    expect(verified.pskBinder.why).toContain('Not seen');
    expect(problems).toEqual([]);
    expect(shownOf(inspected(TLS13.chunks, TLS13.keyLog), true).verified.finished.server.holds).toBe(true);
  });

  test('a record that is locked although there are secrets is a problem that is told', () => {
    const damaged = TLS13.chunks.map((chunk, at) =>
      at === TLS13.chunks.length - 1
        ? { ...chunk, bytes: concat(chunk.bytes.subarray(0, -1), Uint8Array.of(0)) }
        : chunk,
    );
    expect(shownOf(inspected(damaged, TLS13.keyLog), true).problems).toMatchObject([{ record: 16 }]);
  });
});

describe('a catalogue', () => {
  const both = () => new Catalogue(captureOf(TLS12.chunks, TLS13.chunks, TLS13.chunks));
  const ALL = { text: '', outcome: null } as const;

  test('looks at what is listed, and at the rest step by step', () => {
    const catalogue = both();
    expect(catalogue.list(ALL, 1)).toMatchObject({ total: 3, known: 1, matching: 3, rows: { length: 1 } });
    expect(catalogue.list({ text: '1.3', outcome: null }, 9)).toMatchObject({ matching: 0 });
    expect([catalogue.lookAtNext(), catalogue.lookAtNext(), catalogue.lookAtNext()]).toEqual([true, true, false]);
    const found = catalogue.list({ text: '1.3', outcome: null }, 1);
    expect(found).toMatchObject({ known: 3, matching: 2, outcomes: { established: 3, refused: 0 } });
    expect(found.rows.map(({ summary }) => summary.index)).toEqual([1]);
  });

  test('looks at every connection, also where nothing was listed before', () => {
    const catalogue = both();
    expect([1, 2, 3, 4].map(() => catalogue.lookAtNext())).toEqual([true, true, true, false]);
    expect(catalogue.known).toBe(3);
  });

  test('knows whose secrets it has, and reads again when more come', () => {
    const catalogue = both();
    expect([catalogue.keyed, catalogue.keyedBy(TLS13.keyLog), catalogue.keyedBy('nothing')]).toEqual([0, 2, 0]);
    expect(catalogue.list(ALL, 3).rows.map(({ summary, isKeyed }) => [summary.locked, isKeyed])).toEqual([
      [5, false],
      [13, false],
      [13, false],
    ]);
    catalogue.useKeyLog(TLS13.keyLog);
    expect(catalogue.record(2, 5)?.record.label).toBe('Certificate');
    expect(catalogue.keyed).toBe(2);
    expect(catalogue.list(ALL, 3).rows.map(({ summary, isKeyed }) => [summary.locked, isKeyed])).toEqual([
      [5, false],
      [0, true],
      [0, true],
    ]);
  });

  test('answers about a connection that is not the one shown last, and not about one that is not there', () => {
    const catalogue = both();
    expect(catalogue.show(1)?.row.summary.version).toBe('TLS 1.3');
    expect(catalogue.record(0, 1)?.record.label).toBe('ServerHello');
    expect(catalogue.records(0, 0)?.total).toBe(17);
    expect([catalogue.show(3), catalogue.records(3, 0), catalogue.record(3, 0)]).toEqual([null, null, null]);
  });
});
