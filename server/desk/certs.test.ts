import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createCrl, readCrl } from '../../src/core/pki/pki.ts';
import { StartError } from '../start-error.ts';
import { ensureCerts } from './certs.ts';

const NOW = Date.parse('2026-08-01T12:00:00Z');
const DAY = 86_400_000;
const FILES = [
  ...['ca.crt', 'ca.key', 'client.crt', 'client.csr', 'client.key'],
  ...['crl.pem', 'server.crt', 'server.csr', 'server.key'],
];

let made: string;
let folder: string;
let told: string[];
const log = (line: string) => void told.push(line);
const path = (name: string) => join(folder, name);
const read = (name: string) => readFileSync(path(name), 'utf8');
const all = () => Object.fromEntries(FILES.map((name) => [name, read(name)]));

beforeAll(async () => {
  made = join(mkdtempSync(join(tmpdir(), 'trustwalk-certs-')), 'certs');
  await ensureCerts(made, NOW, () => undefined);
});
afterAll(() => rmSync(join(made, '..'), { recursive: true }));
beforeEach(() => {
  told = [];
  folder = join(mkdtempSync(join(tmpdir(), 'trustwalk-certs-')), 'certs');
  cpSync(made, folder, { recursive: true });
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true }));

describe('the first start', () => {
  test('makes the nine files, keys for their owner alone', () => {
    expect(readdirSync(made).sort()).toEqual(FILES);
    const mode = (name: string) => (statSync(join(made, name)).mode & 0o777).toString(8);
    expect(mode('.')).toBe('700');
    for (const name of FILES) expect(`${name} ${mode(name)}`).toBe(`${name} ${name.endsWith('.key') ? 600 : 644}`);
  });

  test('makes RSA-2048 certificates for their names, by the CA', () => {
    const ca = new X509Certificate(read('ca.crt'));
    const server = new X509Certificate(read('server.crt'));
    const client = new X509Certificate(read('client.crt'));
    for (const [certificate, key] of [[ca, 'ca.key'] as const, [server, 'server.key'] as const]) {
      expect(certificate.verify(ca.publicKey)).toBe(true);
      expect(certificate.checkPrivateKey(createPrivateKey(read(key)))).toBe(true);
      expect(certificate.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
    }
    expect(ca.ca).toBe(true);
    expect(server.checkHost('localhost')).toBe('localhost');
    expect(server.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(server.checkIP('::1')).toBe('::1');
    expect(server.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']); // id-kp-serverAuth, RFC 5280 §4.2.1.12
    expect(client.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']); // id-kp-clientAuth
  });
});

describe('a later start', () => {
  test('changes nothing', async () => {
    const before = all();
    await ensureCerts(folder, NOW + DAY, log);
    expect(all()).toEqual(before);
    expect(told).toEqual([]);
  });

  test.each(FILES.filter((name) => !name.startsWith('ca.')))('makes %s again where it is missing', async (name) => {
    const before = all();
    rmSync(path(name));
    if (name.endsWith('.key')) rmSync(path(name.replace('.key', '.crt'))); // a certificate is worth nothing without
    if (name.endsWith('.key')) rmSync(path(name.replace('.key', '.csr')));
    await ensureCerts(folder, NOW, log);
    expect(readdirSync(folder).sort()).toEqual(FILES);
    for (const kept of ['ca.key', 'ca.crt']) expect(read(kept)).toBe(before[kept]);
    expect(new X509Certificate(read('server.crt')).verify(new X509Certificate(read('ca.crt')).publicKey)).toBe(true);
  });

  test('finishes what a first start had only begun', async () => {
    for (const name of FILES) if (name !== 'ca.key') rmSync(path(name));
    const key = read('ca.key');
    await ensureCerts(folder, NOW, log);
    expect(readdirSync(folder).sort()).toEqual(FILES);
    expect(read('ca.key')).toBe(key);
  });

  test('signs certificates that have run out anew, under the same keys, and says so', async () => {
    const before = all();
    await ensureCerts(folder, NOW + 366 * DAY, log);
    expect(read('server.key')).toBe(before['server.key']);
    expect(read('server.crt')).not.toBe(before['server.crt']);
    expect(Date.parse(new X509Certificate(read('server.crt')).validTo)).toBeGreaterThan(NOW + 700 * DAY);
    expect(told.join('\n')).toMatch(/server\.crt had run out at 2027-08-01/);
  });

  function aList(days: number): string {
    const issuer = { certificate: read('ca.crt'), privateKey: read('ca.key') };
    const revoked = [{ serial: '0badc0de', at: NOW, reason: 'keyCompromise' as const }];
    const crl = createCrl({ issuer, now: NOW, days, number: 7, revoked });
    if (!crl.ok) throw new Error(crl.error.why);
    writeFileSync(path('crl.pem'), crl.value);
    return crl.value;
  }
  const RENEWED = {
    value: { number: '8', revoked: [{ serial: '0badc0de', at: '2026-08-01T12:00:00Z', reason: 'keyCompromise' }] },
  };

  test('signs a list in its last month anew, with what stands in it and a higher number', async () => {
    aList(365);
    await ensureCerts(folder, NOW + 340 * DAY, log);
    expect(readCrl(read('crl.pem'))).toMatchObject(RENEWED);
    expect(told.join('\n')).toMatch(/crl\.pem was old/);
  });

  test('signs a list that has run out anew where it is the last one that was trusted, and else leaves it', async () => {
    const list = aList(365);
    await ensureCerts(folder, NOW + 366 * DAY, log);
    expect(read('crl.pem')).toBe(list);
    await ensureCerts(folder, NOW + 366 * DAY, log, list);
    expect(readCrl(read('crl.pem'))).toMatchObject(RENEWED);
  });

  test('leaves a list alone that was made for a short time', async () => {
    const list = aList(1);
    await ensureCerts(folder, NOW + DAY / 2, log, list);
    expect(read('crl.pem')).toBe(list);
  });

  test('puts the last trusted list back where it is missing, and no list of another CA', async () => {
    const list = aList(365);
    rmSync(path('crl.pem'));
    await ensureCerts(folder, NOW, log, list);
    expect(read('crl.pem')).toBe(list);
    const other = join(folder, '../other');
    await ensureCerts(other, NOW, log, list);
    expect(readCrl(readFileSync(join(other, 'crl.pem'), 'utf8'))).toMatchObject({
      value: { number: '1', revoked: [] },
    });
  });

  test('says when the CA itself has run out', async () => {
    await expect(ensureCerts(folder, NOW + 3651 * DAY, log)).rejects.toThrow(/ca\.crt ran out at 2036.*Move/);
  });
});

describe('files that cannot be used', () => {
  async function refusal(): Promise<StartError> {
    const error: unknown = await ensureCerts(folder, NOW, log).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StartError);
    return error as StartError;
  }

  // A request is read only when there is something to sign; a list is judged while the desk runs.
  test.each(FILES.filter((name) => !name.endsWith('.csr') && name !== 'crl.pem'))(
    '%s that is garbage is named, with a remedy, and left as it is',
    async (name) => {
      writeFileSync(path(name), 'this is not PEM');
      const { message } = await refusal();
      expect(message).toContain(name);
      expect(message).toMatch(/remove|Put|Move/i);
      expect(message.split('\n')).toHaveLength(1);
      expect(read(name)).toBe('this is not PEM');
    },
  );

  test('a key of another certificate', async () => {
    cpSync(path('client.key'), path('server.key'));
    expect((await refusal()).message).toMatch(/server\.key.*server\.crt do not belong together/);
  });

  test('a certificate of an older CA', async () => {
    rmSync(path('ca.key'));
    rmSync(path('ca.crt'));
    expect((await refusal()).message).toMatch(/server\.crt does not come from ca\.crt/);
  });

  test('a garbled request, once it is needed', async () => {
    writeFileSync(path('server.csr'), 'this is not PEM');
    rmSync(path('server.crt'));
    expect((await refusal()).message).toMatch(/server\.csr cannot be used/);
  });

  test('a certificate without its key', async () => {
    rmSync(path('server.key'));
    expect((await refusal()).message).toMatch(/server\.key is missing.*remove server\.csr and server\.crt/);
    expect(readdirSync(folder)).not.toContain('server.key');
  });

  test('a CA without its key', async () => {
    rmSync(path('ca.key'));
    expect((await refusal()).message).toMatch(/ca\.key is missing/);
  });

  test('a folder that is a file', async () => {
    rmSync(folder, { recursive: true });
    writeFileSync(folder, '');
    expect((await refusal()).message).toMatch(/--certs/);
  });

  test('a key is not written through a link', async () => {
    const victim = join(folder, '../victim');
    for (const name of ['client.key', 'client.csr', 'client.crt']) rmSync(path(name));
    symlinkSync(victim, path('client.key'));
    expect((await refusal()).message).toMatch(/client\.key is a link/);
    expect(() => statSync(victim)).toThrow('ENOENT');
  });
});
