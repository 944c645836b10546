/**
 * Connections that today's peers make only when told to: key exchanges with shared keys, passwords and without any
 * certificate, suites without encryption, bare keys. Recorded from openssl 3.0.19 and gnutls 3.7.9.
 */
import { expect, test } from 'vitest';
import { fromHex } from '../bytes/hex.ts';
import { dissect } from './dissect.ts';
import type { Chunk, Dissection } from './dissection.ts';
import rare from './fixtures/rare-suites.json' with { type: 'json' };
import { leavesOf } from './format/tree.ts';
import { partitionFault } from './partition.ts';

const chunksOf = (records: readonly { from: string; hex: string }[]): Chunk[] =>
  records.map(({ from, hex }, at) => {
    const bytes = fromHex(hex);
    if (!bytes.ok) throw new Error(bytes.error.why);
    return { from: from === 'client' ? 'client' : 'server', at, bytes: bytes.value };
  });

const session = (name: string): Dissection => {
  const found = rare.sessions.find((one) => one.name === name);
  if (!found) throw new Error(`There is no recording of ${name}.`);
  return dissect(chunksOf(found.records), found.keyLog);
};

const messageFields = ({ messages }: Dissection, name: string) =>
  messages
    .filter((message) => message.name === name)
    .flatMap(({ fields }) => leavesOf(fields).map((leaf) => leaf.name))
    .filter((leaf) => leaf !== 'length' && leaf !== 'msg_type');

test.each(rare.sessions)('$name: every byte explained, each Finished right', ({ name }) => {
  const dissection = session(name);
  expect(dissection.problems).toEqual([]);
  expect(partitionFault(dissection)).toBeNull();
  expect(dissection.bytes.explained).toBe(dissection.bytes.total);
  const { client, server } = dissection.verified.finished;
  expect([client.holds, server.holds]).toEqual([true, name.includes('wrong password') ? null : true]);
});

test.each([
  ['DH_anon, AES-128-GCM', ['p', 'g', 'Ys'], ['Yc']],
  ['ECDH_anon, AES-128-CBC', ['curve_type', 'namedcurve', 'point'], ['point']],
  ['PSK, AES-128-GCM', ['hint'], ['identity']],
  ['DHE_PSK, AES-128-CCM', ['hint', 'p', 'g', 'Ys'], ['identity', 'Yc']],
  ['ECDHE_PSK, AES-128-CBC-SHA256', ['hint', 'curve_type', 'namedcurve', 'point'], ['identity', 'point']],
  ['RSA_PSK, AES-128-GCM', ['hint'], ['identity', 'encrypted']],
  ['SRP alone, a wrong password', ['N', 'g', 's', 'B'], ['A']],
  ['SRP with RSA, a wrong password', ['N', 'g', 's', 'B', 'algorithm', 'signature'], ['A']],
])('%s: what the key exchange holds', (name, server, client) => {
  expect(messageFields(session(name), 'ServerKeyExchange')).toEqual(server);
  expect(messageFields(session(name), 'ClientKeyExchange')).toEqual(client);
});

test.each([
  ['PSK, AES-128-GCM', null],
  ['SRP with RSA, a wrong password', true],
  ['DHE_DSS in TLS 1.0, AES-256-CBC', null], // a DSA key, which we do not compute with: never "false"
  ['bare keys, TLS 1.2', true],
  ['bare keys, TLS 1.3', true],
])('%s: whether the server proved its key', (name, holds) => {
  expect(session(name).verified.certificateVerify.server.holds).toBe(holds);
});

test('records of a suite with NULL are read, and called what they are', () => {
  const { records, applicationData } = session('RSA, NULL with SHA-256');
  const finished = records.find(({ label }) => label === 'Finished');
  expect(finished?.fields.children.slice(-2).map(({ name, range }) => [name, range.end - range.start])).toEqual([
    ['fragment', 16],
    ['MAC', 32],
  ]);
  expect(applicationData.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(['hello there\n', 'ereht olleh\n']);
});

test('a bare key stands where certificates would, and is no certificate', () => {
  for (const name of ['bare keys, TLS 1.2', 'bare keys, TLS 1.3']) {
    const dissection = session(name);
    expect(dissection.certificates).toEqual({ client: [], server: [] });
    const sent = dissection.messages.filter(({ name: message }) => message === 'Certificate');
    for (const { fields } of sent) expect(JSON.stringify(fields)).toContain('"subjectPublicKeyInfo"');
    expect(sent).toHaveLength(2);
    expect(dissection.verified.certificateVerify.client.holds).toBe(true);
  }
});

test('a renegotiation that resumes shows no certificate again: those of the first handshake hold', () => {
  const dissection = session('a short renegotiation');
  expect(dissection.messages.filter(({ name }) => name === 'ServerHello').length).toBeGreaterThan(1);
  expect(dissection.certificates.server.map(({ subject }) => subject)).toEqual(['O=Probe,CN=ec']);
  expect(dissection.verified.certificateVerify.server.holds).toBe(true);
  expect(dissection.resumed).toBe(false);
});

test('a protocol chosen with NPN stands in a message of its own', () => {
  expect(messageFields(session('NextProtocol'), 'NextProtocol')).toEqual(['name', 'zeros']);
});
