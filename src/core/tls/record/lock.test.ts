/** The parts that are shown do open the record: tried with Node's own ciphers (OpenSSL). */
import { createDecipheriv, createHmac, type CipherGCMTypes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { fromHex } from '../../bytes/hex.ts';
import { dissect } from '../dissect.ts';
import sessions from '../fixtures/sessions.json' with { type: 'json' };
import { lockParts } from './lock.ts';

describe.each(sessions.sessions)('$name', ({ records, keyLog }) => {
  const chunks = records.map(({ from, hex }, at) => {
    const bytes = fromHex(hex);
    if (!bytes.ok) throw new Error('a recording that is not hex');
    return { from: from === 'client' ? ('client' as const) : ('server' as const), at, bytes: bytes.value };
  });
  const { records: seen, buffers } = dissect(chunks, keyLog);
  const locked = seen.filter(({ lock }) => lock !== null);

  test('every record that was opened has a lock, and no other has', () => {
    expect(locked.length).toBeGreaterThan(3);
    for (const { lock, opened } of seen) expect(lock !== null).toBe(opened !== null);
  });

  test('key, nonce, additional data and tag open it', () => {
    for (const { lock, wire, plaintext } of locked) {
      const record = buffers[wire] ?? new Uint8Array();
      const parts = new Map(lock === null ? [] : lockParts(lock, record).map(({ name, value }) => [name, value]));
      const bytes = (name: string) => Buffer.from(parts.get(name) ?? '', 'hex');
      const cipher = parts.get('cipher') ?? '';
      const name = cipher.startsWith('ChaCha20')
        ? 'chacha20-poly1305'
        : `aes-${/\d+ bits/.exec(cipher)?.[0].slice(0, 3)}-gcm`;
      const decipher = createDecipheriv(name as CipherGCMTypes, bytes('key'), bytes('nonce'), { authTagLength: 16 });
      decipher.setAAD(bytes('additional data')).setAuthTag(bytes('tag'));
      const explicit = bytes('nonce').equals(bytes('IV')) || bytes('IV').length === 12 ? 0 : 8;
      const opened = Buffer.concat([decipher.update(record.subarray(5 + explicit, -16)), decipher.final()]);
      expect(opened.equals(buffers[plaintext ?? -1] ?? Buffer.from('nothing'))).toBe(true);
    }
  });
});

test('a record with a MAC shows what the HMAC was made with', () => {
  const macKey = Uint8Array.from({ length: 20 }, (_, at) => at);
  const content = Buffer.from('hello');
  const number = Buffer.alloc(8);
  const mac = createHmac('sha1', macKey)
    .update(Buffer.concat([number, Buffer.from([23, 3, 3, 0, content.length]), content]))
    .digest();
  const record = Buffer.concat([Buffer.from([23, 3, 3, 0, content.length + mac.length]), content, mac]);
  const parts = lockParts({ keys: { kind: 'mac', macKey, mac: 'SHA' }, sequence: 0 }, record);
  expect(parts.map(({ name }) => name)).toEqual(['sequence number', 'MAC key', 'MAC']);
  expect(parts.at(-1)?.value).toBe(mac.toString('hex'));
});
