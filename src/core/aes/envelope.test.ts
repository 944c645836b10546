import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { Openssl } from '../../../tests/openssl.ts';
import { hasProgram } from '../../../tests/programs.ts';
import { toUtf8 } from '../bytes/utf8.ts';
import {
  IV_BYTES,
  MODES,
  Opener,
  passphraseKey,
  Sealer,
  type Direction,
  type Envelope,
  type Mode,
} from './envelope.ts';

const PASSPHRASE = '1234567890123456';
const NONCE = 'AAECAwQFBgcICQoLDA0ODw==';
const TEXT = '{"type":"order","item":"tea","quantity":1}';
const key = Buffer.from(PASSPHRASE);
const client: Direction = { key, nonce: NONCE, from: 'client' };

const sealed = (sealer: Sealer, mode: Mode = 'gcm', text = TEXT): Envelope =>
  sealer.seal(toUtf8(text), randomBytes(IV_BYTES[mode]), mode);
const opened = (opener: Opener, envelope: unknown): string => {
  const result = opener.open(envelope);
  return result.ok ? Buffer.from(result.value).toString() : result.error.kind;
};
const bytes = (text: string | undefined) => Buffer.from(text ?? '', 'base64');
const gcmOf = (envelope: Envelope) => (envelope.mode === 'gcm' ? envelope : expect.fail('not gcm'));

describe('passphrase', () => {
  test.each([
    ['1234567890123456', true, ''],
    ['12345678901234567', false, 'has 17.'],
    ['', false, 'has 0.'],
    ['éééééééé', true, ''],
    ['ééééééééé', false, 'has 18 (9 characters).'],
    ['éééééééééééééééé', false, 'has 32 (16 characters).'],
  ])('%j', (passphrase, isKey, why) => {
    const read = passphraseKey(passphrase);
    expect(read.ok).toBe(isKey);
    if (!read.ok) expect(read.error.why).toContain(why);
  });
});

describe('sealing and opening', () => {
  test.each(MODES)('%s: lines come back in their order', (mode) => {
    const [sealer, opener] = [new Sealer(client), new Opener(client, MODES)];
    for (const text of ['', 'a', TEXT, 'é'.repeat(1000)]) expect(opened(opener, sealed(sealer, mode, text))).toBe(text);
  });

  test('Node opens what we seal, with the counter and the direction authenticated', () => {
    const sealer = new Sealer({ key, nonce: NONCE, from: 'server' });
    for (const n of [0, 1, 2]) {
      const envelope = gcmOf(sealed(sealer));
      const cipher = createDecipheriv('aes-128-gcm', key, bytes(envelope.iv), { authTagLength: 16 });
      cipher.setAAD(Buffer.from(`${NONCE}|s|${n}`)).setAuthTag(bytes(envelope.tag));
      expect(cipher.update(bytes(envelope.ct), undefined, 'utf8') + cipher.final('utf8')).toBe(TEXT);
    }
  });

  test('what Node seals is opened here', () => {
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-128-gcm', key, iv, { authTagLength: 16 }).setAAD(Buffer.from(`${NONCE}|c|0`));
    const ct = Buffer.concat([cipher.update(TEXT), cipher.final()]).toString('base64');
    const tag = cipher.getAuthTag().toString('base64');
    expect(opened(new Opener(client), { n: 0, mode: 'gcm', iv: iv.toString('base64'), ct, tag })).toBe(TEXT);
  });
});

describe('an opener refuses', () => {
  const first = () => gcmOf(sealed(new Sealer(client)));
  const flipped = (base64: string) => {
    const data = bytes(base64);
    data[0] = (data[0] ?? 0) ^ 1;
    return data.toString('base64');
  };

  test.each<[string, (envelope: ReturnType<typeof first>) => unknown, string]>([
    ['a changed ciphertext', (e) => ({ ...e, ct: flipped(e.ct) }), 'decrypt'],
    ['a changed tag', (e) => ({ ...e, tag: flipped(e.tag) }), 'decrypt'],
    ['a changed iv', (e) => ({ ...e, iv: flipped(e.iv) }), 'decrypt'],
    ['a tag of 4 bytes', (e) => ({ ...e, tag: bytes(e.tag).subarray(0, 4).toString('base64') }), 'tag'],
    ['no bytes of tag', (e) => ({ ...e, tag: '' }), 'tag'],
    ['no tag', ({ n, mode, iv, ct }) => ({ n, mode, iv, ct }), 'notEnvelope'],
    ['an iv of 16 bytes', (e) => ({ ...e, iv: randomBytes(16).toString('base64') }), 'iv'],
    ['base64 with bits left over', (e) => ({ ...e, tag: e.tag.slice(0, -3) + 'B==' }), 'notEnvelope'],
    ['base64 without padding', (e) => ({ ...e, tag: e.tag.replaceAll('=', '') }), 'notEnvelope'],
    ['a number too many', (e) => ({ ...e, n: 1 }), 'replay'],
    ['a negative number', (e) => ({ ...e, n: -1 }), 'notEnvelope'],
    ['half a number', (e) => ({ ...e, n: 0.5 }), 'notEnvelope'],
    ['a number as text', (e) => ({ ...e, n: '0' }), 'notEnvelope'],
    ['a field more', (e) => ({ ...e, extra: 1 }), 'notEnvelope'],
    ['an unknown mode', (e) => ({ ...e, mode: 'ctr' }), 'notEnvelope'],
    ['a weak mode', ({ n, iv, ct }) => ({ n, mode: 'cbc', iv, ct }), 'mode'],
    ['no object', () => null, 'notEnvelope'],
  ])('%s', (_, change, kind) => {
    expect(opened(new Opener(client), first())).toBe(TEXT);
    expect(opened(new Opener(client), change(first()))).toBe(kind);
  });

  test.each<[string, Partial<Direction>]>([
    ['another connection', { nonce: 'AQECAwQFBgcICQoLDA0ODw==' }],
    ['the other direction', { from: 'server' }],
    ['another passphrase', { key: Buffer.from('6543210987654321') }],
  ])('a line of %s', (_, other) => {
    expect(opened(new Opener({ ...client, ...other }), first())).toBe('decrypt');
  });

  test('a repeated and a skipped line', () => {
    const sealer = new Sealer(client);
    const [one, two, three] = [sealed(sealer), sealed(sealer), sealed(sealer)];
    const twice = new Opener(client);
    expect([opened(twice, one), opened(twice, one)]).toEqual([TEXT, 'replay']);
    const skipping = new Opener(client);
    expect([opened(skipping, one), opened(skipping, three)]).toEqual([TEXT, 'replay']);
    expect(opened(skipping, two)).toBe('replay');
  });

  test('everything after its first refusal, even the right line', () => {
    const opener = new Opener(client);
    const line = first();
    expect(opened(opener, { ...line, ct: flipped(line.ct) })).toBe('decrypt');
    expect(opened(opener, line)).toBe('decrypt');
  });

  test('broken padding of the weak modes in the same words as a wrong tag', () => {
    const cut = (mode: Mode) => {
      const envelope = sealed(new Sealer(client), mode) as Extract<Envelope, { ct: string }>;
      return new Opener(client, MODES).open({ ...envelope, ct: bytes(envelope.ct).subarray(0, -1).toString('base64') });
    };
    const wrongTag = new Opener(client).open({ ...first(), tag: flipped(first().tag) });
    expect(cut('cbc')).toEqual(wrongTag);
    expect(cut('ecb')).toEqual(wrongTag);
  });
});

describe.skipIf(!hasProgram('openssl'))('openssl enc', () => {
  test.each(['cbc', 'ecb'] as const)('decrypts our %s', (mode) => {
    const openssl = new Openssl();
    const envelope = sealed(new Sealer(client), mode) as Extract<Envelope, { ct: string }>;
    openssl.write('ct', bytes(envelope.ct));
    const iv = envelope.mode === 'cbc' ? `-iv ${bytes(envelope.iv).toString('hex')}` : '';
    expect(openssl.must(`enc -d -aes-128-${mode} -K ${key.toString('hex')} ${iv} -in ct`)).toBe(TEXT);
    openssl.close();
  });
});
