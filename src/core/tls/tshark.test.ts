/**
 * Where tshark sees a field, a field of ours has to lie, and where a leaf of ours begins, tshark sees an edge: to the
 * byte, in clear and inside decrypted records.
 */
import { describe, expect, test, vi } from 'vitest';
import { hasProgram } from '../../../tests/programs.ts';
import { dissect } from './dissect.ts';
import type { Field } from './dissection.ts';
import { edgesOf, HEADERS, SAMPLES, startsOf, tsharkFields } from '../../../tests/tshark-fields.ts';

/** Fields that tshark cuts differently, each with the reason. */
const CUT_DIFFERENTLY: Readonly<Record<string, string>> = {
  'tls.handshake.sig_hash_hash': 'first half of a SignatureScheme, as TLS 1.2 read it',
  'tls.handshake.sig_hash_sig': 'second half of it',
  'tls.handshake.random_time': 'the first four bytes of random, no time since TLS 1.3',
  'tls.handshake.random_bytes': 'the rest of random',
  'tls.app_data': 'all of a protected record without its header',
  'x509af.extensions': 'one header of two',
  '': 'headings of tshark without a field of their own',
};

/** Leaves whose beginning tshark 4.0.17 does not show, each with the reason. */
const UNSEEN: Readonly<Record<string, string>> = {
  'authentication tag': 'tshark shows a protected record whole',
  encrypted_record: 'the same',
  MAC: 'the same',
  padding: 'the same, once it is open',
  padding_length: 'the same',
  'tag and length': 'headers of DER: openssl shows them, below',
  contents: 'the same',
  'unused bits': 'the same',
  id: 'a session id in an empty list of its own',
  length: 'of lists that tshark counts to their item, or does not take apart',
  type: 'content type in front of padding',
  g: 'SRP: not taken apart',
  N: 'the same',
  s: 'the same',
  B: 'the same',
  A: 'the same',
  kdf_id: 'Encrypted ClientHello: not taken apart',
  aead_id: 'the same',
  config_id: 'the same',
  encapsulated_key: 'the same',
  encrypted_hello: 'the same',
  binder: 'shown with its length',
  hint: 'shared keys and passwords: shown with its length, or not taken apart',
  identity: 'the same',
  point: 'of a key exchange that tshark does not take apart',
  name: 'the same',
  algorithm: 'the same',
  curve_type: 'the same',
  namedcurve: 'the same',
  signature: 'the same',
  p: 'the same',
  Ys: 'the same',
  Yc: 'the same',
};

const spanOf = (start: number, end: number): string => `${start}-${end}`;

/** Every stretch that a field of ours covers, with and without the type and length that its first parts are. */
function spans({ range, children }: Field): string[] {
  const bodies = children.slice(0, 3).map((child) => spanOf(child.range.start, range.end));
  return [spanOf(range.start, range.end), ...bodies, ...children.flatMap(spans)];
}

vi.setConfig({ testTimeout: 60_000 });

describe.skipIf(!hasProgram('tshark'))('tshark sees the same messages and fields at the same place', () => {
  test.each(SAMPLES.map((sample) => [sample.name, sample] as const))('%s', (_name, { chunks, keyLog }) => {
    const dissection = dissect(chunks, keyLog);
    const seen = tsharkFields(dissection, keyLog);
    expect(seen).toHaveLength(dissection.records.length);
    let compared = 0;
    for (const [index, { fields, opened }] of dissection.records.entries()) {
      const wire = new Set(spans(fields));
      const inner = new Set(opened ? spans(opened) : []);
      for (const { name, start, end } of seen[index] ?? []) {
        if (name in CUT_DIFFERENTLY) continue;
        compared += 1;
        // Positions inside decrypted bytes count from their start; those of headings still add the packet's headers.
        const inPacket = spanOf(start - HEADERS, end - HEADERS);
        const isOurs = wire.has(inPacket) || inner.has(spanOf(start, end)) || inner.has(inPacket);
        if (!isOurs) expect(`record ${index}: ${name} at ${start} to ${end}`).toBe('a field of ours');
      }
    }
    expect(compared).toBeGreaterThan(60);
    let [confirmed, all] = [0, 0];
    for (const { index, fields, opened } of dissection.records) {
      const wire = edgesOf(seen[index] ?? [], HEADERS);
      const inner = new Set([...edgesOf(seen[index] ?? [], 0), ...wire]);
      for (const [tree, edges] of [[fields, wire] as const, ...(opened ? [[opened, inner] as const] : [])]) {
        for (const { name, start } of startsOf(tree)) {
          all += 1;
          if (edges.has(start)) confirmed += 1;
          else if (!(name in UNSEEN)) expect(`record ${index}: ${name} at ${start}`).toBe('an edge that tshark sees');
        }
      }
    }
    expect(confirmed / all).toBeGreaterThan(0.5);
    const headers = seen.map((found) => found.filter(({ name }) => name === 'tls.handshake.type').length);
    const messages = dissection.records.map(
      ({ index }) => dissection.messages.filter(({ records }) => records.at(-1) === index).length,
    );
    expect(messages).toEqual(headers);
  });
});
