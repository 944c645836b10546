import { x25519 } from '@noble/curves/ed25519.js';
import { p256 } from '@noble/curves/nist.js';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../bytes/hex.ts';
import { dissect } from './dissect.ts';
import type { Chunk, Derived } from './dissection.ts';
import rfc8448 from './fixtures/rfc8448.json' with { type: 'json' };
import { partitionFault } from './partition.ts';

type Trace = (typeof rfc8448.traces)[number];

const bytesOf = (hex: string): Uint8Array => {
  const bytes = fromHex(hex);
  if (!bytes.ok) throw new Error(bytes.error.why);
  return bytes.value;
};

const chunksOf = (trace: Trace): Chunk[] =>
  trace.records.map(({ from, hex }, at) => ({ from: from as Chunk['from'], at, bytes: bytesOf(hex) }));

/** The RFC's words for secrets, and the labels of key logs. */
const LABELS: Readonly<Record<string, string>> = {
  'c e traffic': 'CLIENT_EARLY_TRAFFIC_SECRET',
  'c hs traffic': 'CLIENT_HANDSHAKE_TRAFFIC_SECRET',
  's hs traffic': 'SERVER_HANDSHAKE_TRAFFIC_SECRET',
  'c ap traffic': 'CLIENT_TRAFFIC_SECRET_0',
  's ap traffic': 'SERVER_TRAFFIC_SECRET_0',
  psk: 'PSK',
};

const clientRandom = (trace: Trace): string => trace.records[0]?.hex.slice(22, 86) ?? '';

const keyLogOf = (trace: Trace): string =>
  Object.entries(trace.secrets)
    .map(([name, hex]) => (LABELS[name] ? `${LABELS[name]} ${clientRandom(trace)} ${hex}\n` : ''))
    .join('');

/** The secret of the key exchange, computed from the private keys that the RFC prints. */
function ecdheOf(trace: Trace): string {
  const server = trace.ephemeral.find(({ side }) => side === 'server');
  const client = trace.ephemeral.find(({ side, group }) => side === 'client' && group === server?.group);
  if (!server || !client) throw new Error('The trace has no pair of keys.');
  if (server.group === 'x25519') return toHex(x25519.getSharedSecret(bytesOf(client.private), bytesOf(server.public)));
  return toHex(p256.getSharedSecret(bytesOf(client.private), bytesOf(server.public)).subarray(1));
}

/** What the records of the traces carry, from the RFC's own headings. */
const FLIGHTS: Readonly<Record<number, readonly string[]>> = {
  3: [
    'ClientHello',
    'ServerHello',
    'EncryptedExtensions + Certificate + CertificateVerify + Finished',
    'Finished',
    'NewSessionTicket',
    'Application data',
    'Application data',
    'Alert: close_notify (0)',
    'Alert: close_notify (0)',
  ],
  4: [
    'ClientHello',
    'Application data',
    'ServerHello',
    'EncryptedExtensions + Finished',
    'EndOfEarlyData',
    'Finished',
    'Application data',
    'Application data',
    'Alert: close_notify (0)',
    'Alert: close_notify (0)',
  ],
  5: [
    'ClientHello',
    'HelloRetryRequest',
    'ClientHello',
    'ServerHello',
    'EncryptedExtensions + Certificate + CertificateVerify + Finished',
    'Finished',
    'Alert: close_notify (0)',
    'Alert: close_notify (0)',
  ],
  6: [
    'ClientHello',
    'ServerHello',
    'EncryptedExtensions + CertificateRequest + Certificate + CertificateVerify + Finished',
    'Certificate + CertificateVerify + Finished',
    'Alert: close_notify (0)',
    'Alert: close_notify (0)',
  ],
  7: [
    'ClientHello',
    'ServerHello',
    'ChangeCipherSpec',
    'EncryptedExtensions + Certificate + CertificateVerify + Finished',
    'ChangeCipherSpec',
    'Finished',
    'Alert: close_notify (0)',
    'Alert: close_notify (0)',
  ],
};

const flat = (nodes: readonly Derived[]): Derived[] => nodes.flatMap((node) => [node, ...flat(node.children)]);

/** The RFC's words for secrets, and the names in our tree. */
const IN_TREE: Readonly<Record<string, string>> = {
  early: 'Early Secret',
  handshake: 'Handshake Secret',
  master: 'Master Secret',
  'c e traffic': 'client_early_traffic_secret',
  'c hs traffic': 'client_handshake_traffic_secret',
  's hs traffic': 'server_handshake_traffic_secret',
  'c ap traffic': 'client_application_traffic_secret_0',
  's ap traffic': 'server_application_traffic_secret_0',
  'exp master': 'exporter_master_secret',
  'res master': 'resumption_master_secret',
};

describe.each(rfc8448.traces.map((trace) => [`RFC 8448 §${trace.section}, ${trace.title}`, trace] as const))(
  '%s',
  (_title, trace) => {
    const dissection = dissect(chunksOf(trace), keyLogOf(trace));

    test('every record opens and carries what the RFC says', () => {
      expect(dissection.records.map(({ label }) => label)).toEqual(FLIGHTS[trace.section]);
      expect(dissection.problems).toEqual([]);
      expect([dissection.version, dissection.cipherSuite]).toEqual(['TLS 1.3', rfc8448.suite]);
      expect(dissection.resumed).toBe(trace.section === 4);
    });

    test('every byte is explained, by one leaf', () => {
      expect(partitionFault(dissection)).toBeNull();
      expect(dissection.bytes.explained).toBe(dissection.bytes.total);
      expect(dissection.bytes.total * 2).toBe(trace.records.reduce((sum, { hex }) => sum + hex.length, 0));
    });

    test('signatures, Finished and binder hold', () => {
      const { certificateVerify, finished, pskBinder } = dissection.verified;
      expect([finished.server.holds, finished.client.holds]).toEqual([true, true]);
      expect(certificateVerify.server.holds).toBe(trace.section === 4 ? null : true);
      expect(certificateVerify.client.holds).toBe(trace.section === 6 ? true : null);
      expect(pskBinder.holds).toBe(trace.section === 4 ? true : null);
    });

    test('the key schedule from the ephemeral private keys equals the secrets that the RFC prints', () => {
      const random = clientRandom(trace);
      const psk = 'psk' in trace.secrets ? `PSK ${random} ${trace.secrets.psk}\n` : '';
      const { keySchedule } = dissect(
        chunksOf(trace),
        `${psk}ECDHE_SECRET ${random} ${ecdheOf(trace)}\n${keyLogOf(trace)}`,
      );
      const secrets: Readonly<Record<string, string>> = trace.secrets;
      for (const node of flat(keySchedule)) {
        const name = Object.keys(IN_TREE).find((key) => IN_TREE[key] === node.name);
        if (name && secrets[name]) expect([node.name, node.value]).toEqual([node.name, secrets[name]]);
        if (name) expect(node.how).not.toContain('key log');
      }
      expect(flat(keySchedule).map(({ name }) => name)).toContain('resumption_master_secret');
    });

    test('without a key log the protected records stay sealed, and say so', () => {
      const { records, bytes, problems } = dissect(chunksOf(trace), '');
      const sealed = records.filter(({ type }) => type === 23);
      expect(sealed.map(({ label }) => label)).toEqual(sealed.map(() => 'Sealed'));
      expect(problems).toHaveLength(sealed.length);
      expect(bytes.total - bytes.explained).toBe(sealed.reduce((sum, { length }) => sum + length - 5, 0));
    });
  },
);
