/** Bytes changed in flight: what is read, and what is said. */
import { beforeAll, describe, expect, test } from 'vitest';
import { type Recording, all, hasOpenssl, identity, preparePeers, record } from '../../../tests/recorded-peers.ts';
import { dissect } from './dissect.ts';
import type { Chunk } from './dissection.ts';

preparePeers();

describe.skipIf(!hasOpenssl)('bytes changed in flight', () => {
  const spoil = (
    chunks: readonly Chunk[],
    label: string,
    change: (bytes: Uint8Array) => Uint8Array | null,
  ): Chunk[] => {
    const clean = dissect(chunks, '');
    const whole = clean.records.map(({ from, at, wire }) => ({
      from,
      at,
      bytes: clean.buffers[wire] ?? new Uint8Array(),
    }));
    const named = dissect(chunks, keyLog).records.findIndex(
      (record) => record.label === label && record.from === 'server',
    );
    return whole.flatMap((chunk, index) => {
      const bytes = index === named ? change(chunk.bytes) : chunk.bytes;
      return bytes ? [{ ...chunk, bytes }] : [];
    });
  };
  const flipLast = (bytes: Uint8Array) => bytes.map((byte, index) => (index === bytes.length - 1 ? byte ^ 1 : byte));
  let recording: Recording;
  let keyLog = '';

  beforeAll(async () => {
    recording = await record(identity('ec'), { ...identity('ec'), minVersion: 'TLSv1.3' });
    keyLog = all(recording.keyLog);
  });

  test('a record with a flipped bit stays sealed, later ones open but were never read', () => {
    const { records } = dissect(spoil(recording.chunks, 'Certificate', flipLast), keyLog);
    const server = records.filter(({ from }) => from === 'server');
    expect(server[4]?.sealed).toMatch(/does not match its tag/);
    expect(server[5]).toMatchObject({
      label: 'CertificateVerify',
      unread: expect.stringContaining('reads no further'),
    });
    expect(server[3]?.unread).toBeUndefined();
  });

  test('after a dropped record the next one is told to be one too far', () => {
    const { records } = dissect(
      spoil(recording.chunks, 'Certificate', () => null),
      keyLog,
    );
    expect(records.filter(({ from }) => from === 'server')[4]?.sealed).toMatch(
      /record 3 .* number 2 is due: one before it is missing/,
    );
  });

  test('a changed ServerHello makes the proofs fail, not the dissector', () => {
    const dissection = dissect(spoil(recording.chunks, 'ServerHello', flipLast), keyLog);
    expect(dissection.verified.certificateVerify.server.holds).toBe(false);
    expect(dissection.verified.finished.server.holds).toBe(false);
  });
});
