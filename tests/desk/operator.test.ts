/** The desk of a real process and those who look after it: roles, audit trail, revocation, backups, certificates of minutes. */
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SecureVersion, TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createCrl,
  createRequest,
  generateKey,
  issueCertificate,
  readCertificate,
  readCrl,
} from '../../src/core/pki/pki.ts';
import { renewCrlIn, revokeIn } from '../../server/desk/revoke.ts';
import type { Product } from '../product.ts';
import { hasProgram } from '../programs.ts';
import { ForeignClient, type Message } from './foreign-client.ts';
import { type Identity, PASSPHRASE, Place, dialDesk, ownIdentity, trustwalk } from './started.ts';

const PASSWORD = 'correct horse battery';

let place: Place;
let product: Product;
let key: string;

beforeAll(async () => {
  place = new Place();
  product = await place.start();
  key = (await generateKey()).privateKey;
});
afterAll(() => place.close());

interface Issued extends Identity {
  readonly cert: string;
  readonly serial: string;
}

/** A certificate of the desk's CA. */
function issued(subject: string, life: { notAfter?: number; notBefore?: number } = {}): Issued {
  const request = must(createRequest({ privateKey: key, subject }));
  const issuer = { certificate: place.read('ca.crt').toString(), privateKey: place.read('ca.key').toString() };
  const cert = must(issueCertificate({ request, issuer, for: 'client', now: Date.now(), ...life }));
  return { cert, key, serial: must(readCertificate(cert)).serial };
}

function must<Value>(result: { ok: true; value: Value } | { ok: false; error: { why: string } }): Value {
  if (!result.ok) throw new Error(result.error.why);
  return result.value;
}

interface Visit {
  readonly client: ForeignClient;
  readonly socket: TLSSocket;
  readonly hello: Message;
}

async function visit(identity: Identity, version?: SecureVersion, session?: Buffer): Promise<Visit> {
  const socket = dialDesk(place, product.deskPort, identity, version, session);
  const client = new ForeignClient(socket, PASSPHRASE);
  return { client, socket, hello: await client.greeting() };
}

async function signedUp(user: string, identity: Identity): Promise<Visit> {
  const at = await visit(identity);
  expect(await at.client.ask({ type: 'create-account', user, password: PASSWORD })).toMatchObject({ type: 'ok' });
  return at;
}

/** Why somebody is not let in, or null. */
const refused = async (...how: Parameters<typeof visit>): Promise<string | null> => {
  try {
    (await visit(...how)).client.close();
    return null;
  } catch (error) {
    return String(error);
  }
};

const desk = (args: readonly string[]) => trustwalk(place, ['desk', ...args, '--data', join(place.folder, 'data')]);

async function aManager(user: string): Promise<Visit> {
  const at = await signedUp(user, issued(`CN=${user}`));
  expect(await desk(['set-role', user, 'manager'])).toMatchObject({ code: 0, error: '' });
  return at;
}

describe('on the machine itself, while the desk runs', () => {
  test('a first manager is made, who is one at once', async () => {
    const { client } = await signedUp('first', issued('CN=first'));
    expect(await client.ask({ type: 'users' })).toMatchObject({ code: 'forbidden' });
    expect(await desk(['set-role', 'first', 'manager'])).toEqual({
      code: 0,
      out: 'first is now manager.\n',
      error: '',
    });
    expect(await client.ask({ type: 'users' })).toMatchObject({ type: 'ok' });
    client.close();
  });

  test.each([
    [['set-role', 'nobody-here', 'clerk'], 1, /no account/],
    [['set-role', 'first', 'king'], 2, /customer, clerk, manager/],
    [['dance'], 2, /set-role, audit, backup/],
    [['audit', '--data', 'nowhere'], 1, /no store nowhere/],
  ])('%j: one sentence', async (args, code, words) => {
    const ended = await trustwalk(place, [
      'desk',
      ...args,
      ...(args.includes('--data') ? [] : ['--data', join(place.folder, 'data')]),
    ]);
    expect(ended.code).toBe(code);
    expect(ended.error.trim().split('\n')).toHaveLength(1);
    expect(ended.error).toMatch(words);
  });

  test('the audit trail tells who came from where, with which certificate, and who was refused', async () => {
    const dora = issued('CN=dora');
    const { client, socket } = await signedUp('dora', dora);
    const port = socket.localPort;
    await client.ask({ type: 'sign-in', user: 'dora', password: 'not the password' });
    client.close();
    const expired = issued('CN=late', { notBefore: Date.now() - 7_200_000, notAfter: Date.now() - 3_600_000 });
    expect(await refused(expired)).not.toBeNull();
    const lines = async () => {
      const { out } = await desk(['audit', '--json', '--last', '1000']);
      return out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Message);
    };
    const by = { subject: 'CN=dora', serial: dora.serial, address: `127.0.0.1:${port}` };
    await expect
      .poll(lines)
      .toEqual(expect.arrayContaining([expect.objectContaining({ event: 'connect', code: 'CERT_HAS_EXPIRED' })]));
    const all = await lines();
    expect(all).toContainEqual(expect.objectContaining({ event: 'create-account', code: null, user: 'dora', ...by }));
    expect(all).toContainEqual(expect.objectContaining({ event: 'sign-in', code: 'bad-credentials', ...by }));
    const late = all.find(({ code }) => code === 'CERT_HAS_EXPIRED');
    expect(late).toMatchObject({ serial: expired.serial, user: null, detail: expect.stringContaining('expired') });
    expect(String(late?.['subject'])).toContain('CN=late');
    const text = (await desk(['audit'])).out;
    expect(text).toMatch(
      /sign-in dora: refused \(bad-credentials\); "CN=dora" serial [0-9a-f]+; from 127\.0\.0\.1:\d+/,
    );
    expect(text + JSON.stringify(all)).not.toContain(PASSWORD);
  });

  test('a backup is a store with all that was acknowledged, for its owner alone', async () => {
    const { client } = await signedUp('erna', issued('CN=erna'));
    await client.ask({ type: 'order', item: 'tea', quantity: 2, key: 'k' });
    const path = join(place.folder, 'backup.db');
    expect(await desk(['backup', '-o', path])).toMatchObject({ code: 0, error: '' });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(place.folder).filter((name) => name.startsWith('backup.db.'))).toEqual([]);
    expect((await desk(['backup', '-o', path])).error).toMatch(/is there already/);
    client.close();
    // The copy stands in for the store of another desk.
    const other = new Place();
    execFileSync('mkdir', ['-p', join(other.folder, 'data')]);
    execFileSync('cp', ['-r', path, join(other.folder, 'data/desk.db')]);
    execFileSync('cp', ['-r', join(place.folder, 'certs'), join(other.folder, 'certs')]);
    const restored = await other.start();
    const socket = dialDesk(other, restored.deskPort, issued('CN=erna'));
    const erna = new ForeignClient(socket, PASSPHRASE);
    await erna.greeting();
    await erna.ask({ type: 'sign-in', user: 'erna', password: PASSWORD });
    expect(await erna.ask({ type: 'orders' })).toMatchObject({ orders: [{ item: 'tea', quantity: 2 }] });
    await other.close();
  });
});

describe.each<SecureVersion>(['TLSv1.3', 'TLSv1.2'])('a revoked certificate in %s', (version) => {
  test('by the command line: its connections end within a second, with the reason, and it comes in no more', async () => {
    const [victim, other] = [issued('CN=victim'), issued('CN=other')];
    const open = await visit(victim, version);
    const session = await new Promise<Buffer | null>((resolve) => {
      open.socket.once('session', resolve);
      setTimeout(() => resolve(open.socket.getSession() ?? null), 300);
    });
    const beside = await visit(other, version);
    const startedAt = performance.now();
    must(await revokeIn(join(place.folder, 'certs'), victim.serial.toUpperCase(), Date.now(), 'keyCompromise'));
    expect(await open.client.said()).toMatchObject({
      code: 'unauthenticated',
      message: expect.stringContaining('revoked'),
    });
    expect(await open.client.line()).toBeNull();
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(await refused(victim, version)).not.toBeNull();
    expect(await refused(victim, version, session ?? undefined)).not.toBeNull();
    expect(await beside.client.ask({ type: 'whoami' })).toMatchObject({ type: 'ok' });
    beside.client.close();
    expect(product.output()).toMatch(/revocation list number \d+ is in force/);
    expect(product.output()).not.toContain('Error');
  });

  test('by a manager over the wire', async () => {
    const victim = issued('CN=victim');
    const open = await visit(victim, version);
    const manager = await aManager(`boss-${version.at(-1)}`);
    const answer = await manager.client.ask({ type: 'revoke', serial: victim.serial.toUpperCase() });
    expect(answer).toMatchObject({ type: 'ok' });
    expect(await open.client.said()).toMatchObject({ code: 'unauthenticated' });
    expect(await refused(victim, version)).not.toBeNull();
    const list = must(readCrl(place.read('crl.pem').toString()));
    expect(list.revoked.some(({ serial }) => BigInt(`0x${serial}`) === BigInt(`0x${victim.serial}`))).toBe(true);
    manager.client.close();
  });
});

describe('a revocation list that cannot be relied on', () => {
  const issuer = () => ({ certificate: place.read('ca.crt').toString(), privateKey: place.read('ca.key').toString() });
  const stale = () =>
    must(createCrl({ issuer: issuer(), now: Date.now() - 120_000, minutes: 1, number: 5_000, revoked: [] }));
  const old = () => must(createCrl({ issuer: issuer(), now: Date.now(), number: 1, revoked: [] }));

  test.each([
    ['that is garbage', () => 'garbage', /cannot be read/],
    ['that has run out', stale, /ran out at .*pki crl/],
    ['that is older than the last one', old, /is number 1, and number \d+ was here before/],
    ['that is missing', () => null, /is missing/],
  ])('%s puts everybody out, says so, and the right one lets them in again', async (_name, make, words) => {
    const good = place.read('crl.pem').toString();
    const someone = issued('CN=someone');
    const open = await visit(someone);
    const printed = product.output().length;
    const text = make();
    if (text === null) rmSync(place.path('crl.pem'));
    else writeFileSync(place.path('crl.pem'), text);
    expect(await open.client.said()).toMatchObject({ code: 'unauthenticated' });
    expect(await refused(someone)).not.toBeNull();
    const said = product.output().slice(printed).trim().split('\n');
    expect(said.filter((line) => words.test(line))).toHaveLength(1);
    writeFileSync(place.path('crl.pem'), good);
    await expect.poll(() => refused(someone), { timeout: 5_000 }).toBeNull();
  });

  test('is signed anew by the CA, with the next number', async () => {
    const before = must(readCrl(place.read('crl.pem').toString()));
    must(await renewCrlIn(join(place.folder, 'certs'), Date.now()));
    const after = must(readCrl(place.read('crl.pem').toString()));
    expect(Number(after.number)).toBe(Number(before.number) + 1);
    expect(after.revoked).toEqual(before.revoked);
    expect(existsSync(place.path('.crl.lock'))).toBe(false);
  });

  test('is not written twice at the same time: nobody is lost', async () => {
    const folder = join(place.folder, 'certs');
    const serials = Array.from({ length: 8 }, (_, at) => `0abc0${at}`);
    await Promise.all(serials.map((serial) => revokeIn(folder, serial, Date.now())));
    const kept = must(readCrl(place.read('crl.pem').toString())).revoked.map(({ serial }) => serial);
    expect(kept).toEqual(expect.arrayContaining(serials));
  });

  test.skipIf(!hasProgram('openssl'))('is one that openssl takes', () => {
    const crl = ['crl', '-in', place.path('crl.pem'), '-CAfile', place.path('ca.crt'), '-noout', '-text'];
    expect(execFileSync('openssl', crl, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })).toContain('ABC0');
  });
});

describe('certificates of minutes', () => {
  test('a connection ends when its certificate runs out, and says why', async () => {
    const short = issued('CN=short', { notAfter: Math.ceil(Date.now() / 1000) * 1000 + 2_000 });
    const open = await signedUp('short', short);
    const end = Date.parse(must(readCertificate(short.cert)).notAfter);
    expect(await open.client.ask({ type: 'order', item: 'tea', quantity: 1 })).toMatchObject({ type: 'ok' });
    expect(await open.client.said()).toMatchObject({ message: expect.stringContaining('ran out') });
    expect(Math.abs(Date.now() - end)).toBeLessThan(1_000);
    expect(await open.client.line()).toBeNull();
    expect(await refused(short)).not.toBeNull();
  });

  test('are renewed over the connection, for the same subject and as long a life', async () => {
    const now = Date.now();
    const short = issued('CN=renewed', { notBefore: now - 300_000, notAfter: now + 600_000 });
    const { client } = await signedUp('renewed', short);
    const another = (await generateKey()).privateKey;
    const csr = must(createRequest({ privateKey: another, subject: 'CN=renewed' }));
    const answer = await client.ask({ type: 'renew', csr, id: 3 });
    expect(answer).toMatchObject({ type: 'ok', id: 3 });
    const certificate = new X509Certificate(String(answer?.['certificate']));
    expect(certificate.subject).toBe('CN=renewed');
    expect(certificate.verify(new X509Certificate(place.read('ca.crt')).publicKey)).toBe(true);
    expect(Math.abs(Date.parse(certificate.validTo) - (Date.now() + 600_000))).toBeLessThan(10_000);
    const again = await visit({ cert: certificate.toString(), key: another });
    expect(again.hello['serial']).not.toBe(short.serial);
    expect(await again.client.ask({ type: 'sign-in', user: 'renewed', password: PASSWORD })).toMatchObject({
      type: 'ok',
    });
    for (const { client: one } of [{ client }, again]) one.close();
  });

  test('are not renewed for another subject, without a sign-in, or without end', async () => {
    const greedy = issued('CN=greedy');
    const csr = must(createRequest({ privateKey: key, subject: 'CN=greedy' }));
    const { client } = await visit(greedy);
    expect(await client.ask({ type: 'renew', csr })).toMatchObject({ code: 'unauthenticated' });
    await client.ask({ type: 'create-account', user: 'greedy', password: PASSWORD });
    const asOther = must(createRequest({ privateKey: key, subject: 'CN=first' }));
    expect(await client.ask({ type: 'renew', csr: asOther })).toMatchObject({ code: 'wrong-certificate' });
    expect(await client.ask({ type: 'renew', csr: 'nonsense' })).toMatchObject({ code: 'bad-request' });
    const codes: unknown[] = [];
    for (let i = 0; i < 4; i++) codes.push((await client.ask({ type: 'renew', csr }))?.['code']);
    expect(codes.at(-1)).toBe('too-many-tries');
    client.close();
  });
});

describe('trustwalk client --json', () => {
  const script = async (lines: readonly string[], args: readonly string[] = []) => {
    const ended = await trustwalk(
      place,
      ['client', '127.0.0.1', String(product.deskPort), PASSPHRASE, '--json', ...args],
      lines,
    );
    const answers = ended.out
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Message);
    return { ...ended, answers };
  };

  test('prints one answer a line, for words and for requests in JSON; exit 0', async () => {
    const { code, error, answers } = await script([
      ...[
        'create',
        'jason',
        PASSWORD,
        'order green tea 3 key k1',
        '{"type":"order","item":"x","quantity":1,"key":"k1"}',
      ],
      ...['{"type":"whoami","id":7}', 'orders', 'quit'],
    ]);
    expect({ code, error }).toEqual({ code: 0, error: '' });
    expect(answers).toMatchObject([
      { type: 'ok', user: 'jason', role: 'customer' },
      { type: 'ok', order: { item: 'green tea', quantity: 3 } },
      { type: 'ok', order: { item: 'green tea', quantity: 3 } },
      { type: 'ok', id: 7, user: 'jason' },
      { type: 'ok', orders: [{ item: 'green tea' }] },
    ]);
  });

  test('answers each line that is no request as well, and ends with 1', async () => {
    const { code, answers } = await script([
      ...['sign in', 'jason', PASSWORD, 'dance', 'order tea 0', '{"type":"dance"}', 'users', 'whoami'],
    ]);
    expect(code).toBe(1);
    expect(answers.map(({ type, code: why }) => why ?? type)).toEqual([
      ...['ok', 'bad-request', 'bad-request', 'bad-request', 'forbidden', 'ok'],
    ]);
  });

  test('does what managers and clerks do, changes a password and renews a certificate', async () => {
    await desk(['set-role', 'jason', 'manager']);
    const files = { cert: join(place.folder, 'me.crt'), key: join(place.folder, 'me.key') };
    const { cert, serial } = issued(new X509Certificate(ownIdentity(place).cert).subject.split('\n').join(', '));
    writeFileSync(files.cert, cert);
    writeFileSync(files.key, key, { mode: 0o600 });
    writeFileSync(join(place.folder, 'victim.crt'), issued('CN=victim').cert);
    const { code, answers } = await script(
      [
        ...['sign-in', 'jason', PASSWORD, 'all-orders', 'users', 'set-role jason clerk', 'users', 'change-password'],
        ...[PASSWORD, 'another good one', 'renew', 'audit'],
      ],
      ['--cert', files.cert, '--key', files.key],
    );
    expect(answers.map(({ type, code: why }) => why ?? type)).toEqual([
      ...['ok', 'ok', 'ok', 'ok', 'forbidden', 'ok', 'ok', 'forbidden'],
    ]);
    expect(code).toBe(1);
    const renewed = must(readCertificate(readFileSync(files.cert, 'utf8')));
    expect(renewed.serial).not.toBe(serial);
    await desk(['set-role', 'jason', 'manager']);
    const later = await script(
      ['sign-in', 'jason', 'another good one', `revoke victim.crt`, 'audit'],
      [...['--cert', files.cert, '--key', files.key]],
    );
    expect(later).toMatchObject({ code: 0, error: '' });
    expect(later.answers[1]).toMatchObject({ type: 'ok', serial: expect.stringMatching(/^[0-9a-f]+$/) });
    expect(later.answers[2]?.['events']).toContainEqual(expect.objectContaining({ event: 'revoke', user: 'jason' }));
  });
});
