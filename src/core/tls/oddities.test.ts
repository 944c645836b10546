/** Bytes that are not an ordinary handshake: each is called what it is, and nothing is read on a guess. */
import { describe, expect, test } from 'vitest';
import { fromHex } from '../bytes/hex.ts';
import { dissect } from './dissect.ts';
import type { Chunk, Dissection, Field } from './dissection.ts';
import chromium from './fixtures/chromium-hello.json' with { type: 'json' };
import rare from './fixtures/rare-suites.json' with { type: 'json' };
import sessions from './fixtures/sessions.json' with { type: 'json' };
import { find } from './format/tree.ts';
import { partitionFault } from './partition.ts';

const bytesOf = (hex: string): Uint8Array => {
  const bytes = fromHex(hex);
  if (!bytes.ok) throw new Error(bytes.error.why);
  return bytes.value;
};
const client = (hex: string): Chunk => ({ from: 'client', at: 0, bytes: bytesOf(hex) });
const server = (hex: string): Chunk => ({ from: 'server', at: 0, bytes: bytesOf(hex) });
const read = (...chunks: Chunk[]): Dissection => {
  const dissection = dissect(chunks, '');
  expect(partitionFault(dissection)).toBeNull();
  return dissection;
};

const session = sessions.sessions[0] ?? { records: [], keyLog: '' };
const replayed = (change: (hex: string) => string = (hex) => hex): Chunk[] =>
  session.records.map(({ from, hex }) => (from === 'client' ? client(change(hex)) : server(change(hex))));

describe('bytes that are not an ordinary handshake', () => {
  test('an HTTP request is not TLS', () => {
    const { records, bytes, problems } = read(client(Buffer.from('GET / HTTP/1.1\r\n\r\n').toString('hex')));
    expect(records.map(({ label }) => label)).toEqual(['Not TLS']);
    expect(bytes).toEqual({ total: 18, explained: 0 });
    expect(problems).toHaveLength(1);
  });

  test('a hello in the format of SSL 2.0 is told apart (RFC 5246 §E.2)', () => {
    const { records, bytes } = read(
      client('801c' + '01' + '0303' + '0003' + '0000' + '0010' + '00002f' + '00'.repeat(16)),
    );
    expect(records[0]?.label).toBe('ClientHello (SSL 2.0 format)');
    const suites = records[0]?.fields.children.find(({ name }) => name === 'cipher_spec');
    expect(suites?.value).toBe('TLS_RSA_WITH_AES_128_CBC_SHA (0x002f)');
    expect(bytes.explained).toBe(bytes.total);
  });

  test('a cipher of SSL 2.0 is not called one of TLS (RFC 6101 §E)', () => {
    const { records } = read(client('801c' + '01' + '0002' + '0003' + '0000' + '0010' + '010080' + '00'.repeat(16)));
    const cipher = records[0]?.fields.children.find(({ name }) => name === 'cipher_spec');
    expect(cipher?.value).toBe('SSL_CK_RC4_128_WITH_MD5 (0x010080)');
  });

  test('a heartbeat is named (RFC 6520 §4)', () => {
    const { records } = read(client('1803030016' + '01' + '0003' + '616263' + '00'.repeat(16)));
    expect(records[0]?.label).toBe('Heartbeat');
    expect(find(records[0]?.fields, 'HeartbeatMessage', 'payload')?.value).toBe('616263');
  });

  test('a content type nobody knows is not decoded', () => {
    const { records, bytes } = read(client('6303030002abcd'));
    expect(records[0]?.label).toBe('Content type 99');
    expect(bytes).toEqual({ total: 7, explained: 5 });
  });

  test('a record that has not come whole yet waits as unfinished', () => {
    const { records, problems } = read(client(chromium.hex.slice(0, 200)));
    expect(records.map(({ label }) => label)).toEqual(['Unfinished record']);
    expect(problems[0]?.text).toBe('The stream ends inside this record.');
  });

  test('a record that claims one byte less leaves a stream that is no TLS', () => {
    const shorter = chromium.hex.replace(/^1603010[0-9a-f]{3}/, '16030107d7');
    const { records } = read(client(shorter + '140303000101'));
    expect(records.map(({ label }) => label)).toEqual(['Handshake message, unfinished', 'Not TLS']);
  });

  test('a connection seen from its middle on stays sealed: it could be anything', () => {
    const middle = session.records.findIndex(({ hex }) => hex.startsWith('14'));
    const { records } = read(...replayed().slice(middle));
    expect(records.filter(({ label }) => label === 'Finished')).toEqual([]);
    expect(records.find(({ type }) => type === 22)?.sealed).toMatch(/beginning of the connection is missing/);
  });

  test('a suite whose cipher we do not have is named, and its Finished never misread', () => {
    const { cipherSuite, records, messages } = read(
      ...replayed((hex) =>
        hex.startsWith('16030300') && hex.slice(10, 12) === '02' ? hex.replace('c02b', 'c072') : hex,
      ),
    );
    expect(cipherSuite).toBe('TLS_ECDHE_ECDSA_WITH_CAMELLIA_128_CBC_SHA256');
    const sealed = records.filter((record) => record.sealed);
    expect(sealed.length).toBeGreaterThan(3);
    expect(new Set(sealed.map((record) => record.sealed))).toEqual(
      new Set(['The cipher of TLS_ECDHE_ECDSA_WITH_CAMELLIA_128_CBC_SHA256 is not one we can compute.']),
    );
    expect(messages.map(({ name }) => name)).not.toContain('Finished');
  });

  test('a suite that is in no table is shown by its number', () => {
    const { cipherSuite } = read(
      ...replayed((hex) => (hex.slice(10, 12) === '02' ? hex.replace('c02b', 'fafb') : hex)),
    );
    expect(cipherSuite).toBe('unknown (0xfafb)');
  });

  test('a text of the peer cannot carry control characters onto the screen', () => {
    const evil = chromium.hex.replace(
      Buffer.from('desk.test').toString('hex'),
      Buffer.from('de\n\x1b[2Jst').toString('hex').padEnd(18, '0'),
    );
    expect(read(client(evil)).serverName).toBe('de\\x0a\\x1b[2Jst');
  });
});

test('every field has a source, and a sentence for a learner', () => {
  const bare: string[] = [];
  const walk = ({ name, source, says, problem, children }: Field): void => {
    if (!source || !(says || problem)) bare.push(name);
    children.forEach(walk);
  };
  for (const { records, keyLog } of [...sessions.sessions, ...rare.sessions]) {
    const chunks = records.map(({ from, hex }) => (from === 'client' ? client(hex) : server(hex)));
    for (const { fields, opened } of dissect(chunks, keyLog).records)
      [fields, opened].forEach((tree) => tree && walk(tree));
  }
  const [hello] = dissect([client(chromium.hex)], '').records;
  if (hello) walk(hello.fields);
  expect(bare).toEqual([]);
});
