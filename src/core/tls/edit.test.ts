import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../bytes/hex.ts';
import { dissect } from './dissect.ts';
import type { Chunk } from './dissection.ts';
import rfc8448 from './fixtures/rfc8448.json' with { type: 'json' };
import { find, leavesOf } from './format/tree.ts';
import { openOne, sealAgain, withField, type OpenedRecord } from './edit.ts';

const bytesOf = (hex: string): Uint8Array => {
  const bytes = fromHex(hex);
  if (!bytes.ok) throw new Error(bytes.error.why);
  return bytes.value;
};

const trace = rfc8448.traces[0] ?? { records: [], secrets: {} };
const chunks = trace.records.map(({ from, hex }, at): Chunk => ({
  from: from as Chunk['from'],
  at,
  bytes: bytesOf(hex),
}));
const secrets: Readonly<Record<string, string>> = trace.secrets;
const random = trace.records[0]?.hex.slice(22, 86);
const keyLog = [
  ['CLIENT_HANDSHAKE_TRAFFIC_SECRET', 'c hs traffic'],
  ['SERVER_HANDSHAKE_TRAFFIC_SECRET', 's hs traffic'],
  ['CLIENT_TRAFFIC_SECRET_0', 'c ap traffic'],
  ['SERVER_TRAFFIC_SECRET_0', 's ap traffic'],
]
  .map(([label, name = '']) => `${label} ${random} ${secrets[name]}\n`)
  .join('');

function opened(index: number): OpenedRecord {
  const record = openOne(chunks, keyLog, index);
  if (!record.ok) throw new Error(record.error.why);
  return record.value;
}

const withRecord = (index: number, records: readonly Uint8Array[]): Chunk[] =>
  chunks.flatMap((chunk, at) => (at === index ? records.map((bytes) => ({ ...chunk, bytes })) : [chunk]));

describe('a record of RFC 8448 §3', () => {
  test('sealed again unchanged has the bytes that the RFC prints', () => {
    const record = opened(2);
    expect(sealAgain(record, [record]).map((bytes) => toHex(bytes))).toEqual([trace.records[2]?.hex]);
  });

  test('changed inside, it opens, but the proofs over the handshake fail', () => {
    const record = opened(2);
    const content = record.content.slice();
    content.set([content.at(100) === 0 ? 1 : 0], 100); // a byte of the certificate
    const dissection = dissect(withRecord(2, sealAgain(record, [{ ...record, content }])), keyLog);
    expect(dissection.records[2]?.label).toBe('EncryptedExtensions + Certificate + CertificateVerify + Finished');
    expect(dissection.verified.certificateVerify.server.holds).toBe(false);
    expect(dissection.verified.finished.server.holds).toBe(false);
  });

  test('cut into two records, those that follow open only when they are sealed again with a shift', () => {
    const data = opened(6); // the server's application data, number 1 after NewSessionTicket
    const halves = [data.content.subarray(0, 20), data.content.subarray(20)].map((content) => ({ type: 23, content }));
    const split = withRecord(6, sealAgain(data, halves));
    expect(dissect(split, keyLog).records.at(-1)?.sealed).toMatch(/number 3 is due: it came twice or too late/);
    const last = opened(8);
    const shifted = [
      ...split.slice(0, -1),
      { from: 'server' as const, at: 9, bytes: sealAgain(last, [last], 1)[0] ?? new Uint8Array() },
    ];
    expect(dissect(shifted, keyLog).problems).toEqual([]);
    expect(dissect(shifted, keyLog).applicationData.filter(({ from }) => from === 'server')).toHaveLength(2);
  });

  test('a record in clear, one without a key and one that is not there are refused by kind', () => {
    const kinds = [openOne(chunks, keyLog, 0), openOne(chunks, '', 2), openOne(chunks, keyLog, 99)].map((result) =>
      result.ok ? null : result.error.kind,
    );
    expect(kinds).toEqual(['clear', 'sealed', 'noRecord']);
  });
});

describe('putting other bytes in the place of a field', () => {
  const { records, buffers } = dissect(chunks, keyLog);
  const tree = records[0]?.fields;
  const wire = buffers[0] ?? new Uint8Array();

  test('corrects every length around it', () => {
    const path = ['ClientHello', 'extensions', 'server_name', 'server_name_list', 'ServerName', 'host_name', 'name'];
    const target = find(tree, ...path);
    if (!tree || !target) throw new Error('The hello has no server name.');
    const edited = withField(wire, tree, target, Uint8Array.from(Buffer.from('a.much.longer.example')));
    const again = dissect([{ from: 'client', at: 0, bytes: edited ?? new Uint8Array() }], '');
    expect(again.serverName).toBe('a.much.longer.example');
    expect(again.bytes.explained).toBe(again.bytes.total);
    expect(again.bytes.total).toBe(wire.length + 'a.much.longer.example'.length - 'server'.length);
  });

  test('refuses a length that does not fit, and a field of another tree', () => {
    const target = find(tree, 'ClientHello', 'legacy_session_id');
    const cipher = find(tree, 'ClientHello', 'cipher_suites', 'cipher_suite');
    const other = dissect(chunks, '').records[0]?.fields;
    if (!tree || !target || !cipher || !other) throw new Error('The hello lacks a field.');
    expect(withField(wire, tree, cipher, new Uint8Array(70_000))).toBeNull();
    expect(withField(wire, other, leavesOf(tree)[0] ?? tree, new Uint8Array(1))).toBeNull();
  });
});
