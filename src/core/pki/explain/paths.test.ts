// Several ways to several anchors: renewed keys, cross-signed authorities, impostors, loops.
import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { toPem } from '../../bytes/pem.ts';
import type { Result } from '../../bytes/result.ts';
import { readPrivateKey, type PrivateKey } from '../keys/private-key.ts';
import { keyIdentifier } from '../keys/public-key.ts';
import { nameDer } from '../names/name-text.ts';
import { explain, selfSign } from '../pki.ts';
import * as build from '../x509/build.ts';

const NOW = Date.UTC(2026, 7, 1);
const YEAR = 365 * 86_400_000;
const made = <Value>(result: Result<Value>): Value => (result.ok ? result.value : expect.fail(result.error.why));

const newKey = (): string =>
  generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const keys = new Map<string, PrivateKey>();
beforeAll(() => {
  for (const name of ['a', 'b', 'c', 'leaf']) keys.set(name, made(readPrivateKey(newKey())));
});
const key = (name: string): PrivateKey => keys.get(name) ?? expect.fail(`no key ${name}`);

interface Wish {
  subject: string;
  key: string;
  issuer?: string;
  signer?: string;
  isCa?: boolean;
  notAfter?: number;
  withIds?: boolean;
}

let serial = 1;
/** A certificate from names: who, with which key, signed by whom with which key. */
function certificate(wish: Wish): string {
  const { subject, issuer = subject, signer = wish.key, isCa = true, notAfter = NOW + YEAR, withIds = true } = wish;
  const ids = [build.subjectKeyId(key(wish.key).publicKey), build.authorityKeyId(keyIdentifier(key(signer).publicKey))];
  const content = {
    serial: Uint8Array.of(serial++),
    ...{ issuer: made(nameDer(issuer)), subject: made(nameDer(subject)) },
    ...{ notBefore: NOW - YEAR, notAfter, publicKey: key(wish.key).publicKey },
    extensions: [isCa ? build.authorityConstraints() : build.leafConstraints(), ...(withIds ? ids : [])],
  };
  return toPem('CERTIFICATE', build.buildCertificate(content, key(signer)));
}

const leafOf = (issuer: string, signer: string, withIds = true) =>
  certificate({ subject: 'CN=leaf', key: 'leaf', issuer, signer, isCa: false, withIds });
const judged = (leaf: string, untrusted: string[], anchors: string[]) =>
  made(explain({ certificate: leaf, untrusted, anchors, now: NOW }));
const subjects = (leaf: string, untrusted: string[], anchors: string[]) =>
  judged(leaf, untrusted, anchors).paths.map(({ certificates }) => certificates.map(({ subject }) => subject));
const failed = (leaf: string, untrusted: string[], anchors: string[]) =>
  judged(leaf, untrusted, anchors)
    .paths[0]?.checks.filter(({ state }) => state === 'fails')
    .map(({ name }) => name);

describe('ways to an anchor', () => {
  test('a cross-signed authority leads to whichever root is trusted', () => {
    const [rootA, rootB] = [certificate({ subject: 'CN=A', key: 'a' }), certificate({ subject: 'CN=B', key: 'b' })];
    const crossed = ['A', 'B'].map((root) =>
      certificate({ subject: 'CN=C', key: 'c', issuer: `CN=${root}`, signer: root.toLowerCase() }),
    );
    const leaf = leafOf('CN=C', 'c');
    expect(judged(leaf, crossed, [rootA]).trusted).toBe(true);
    expect(subjects(leaf, crossed, [rootB])).toEqual([['CN=leaf', 'CN=C', 'CN=B']]);
    expect(failed(leaf, crossed, [certificate({ subject: 'CN=D', key: 'a' })])).toContain('issuer');
  });

  test('an expired way does not hide a good one', () => {
    const root = certificate({ subject: 'CN=A', key: 'a' });
    const middle = (notAfter: number) =>
      certificate({ subject: 'CN=C', key: 'c', issuer: 'CN=A', signer: 'a', notAfter });
    for (const others of [
      [middle(NOW - 1000), middle(NOW + YEAR)],
      [middle(NOW + YEAR), middle(NOW - 1000)],
    ]) {
      expect(judged(leafOf('CN=C', 'c'), others, [root]).trusted).toBe(true);
    }
    expect(failed(leafOf('CN=C', 'c'), [middle(NOW - 1000)], [root])).toEqual(['validity']);
  });

  test('an impostor of the same name is passed over, with and without key identifiers', () => {
    const [real, fake] = [certificate({ subject: 'CN=A', key: 'a' }), certificate({ subject: 'CN=A', key: 'b' })];
    for (const withIds of [true, false]) {
      expect(judged(leafOf('CN=A', 'a', withIds), [], [fake, real]).trusted).toBe(true);
      expect(judged(leafOf('CN=A', 'a', withIds), [fake], [real]).trusted).toBe(true);
      expect(failed(leafOf('CN=A', 'b', withIds), [fake], [real])).toContain('issuer');
    }
    expect(failed(leafOf('CN=A', 'b', false), [], [real])).toEqual(['signature']);
    expect(failed(leafOf('CN=A', 'b'), [], [real])).toEqual(['key-id', 'signature']);
  });

  test('a renewed key is vouched for by the old one', () => {
    const old = certificate({ subject: 'CN=A', key: 'a' });
    const renewed = certificate({ subject: 'CN=A', key: 'b', signer: 'a' });
    expect(subjects(leafOf('CN=A', 'b'), [renewed], [old])).toEqual([['CN=leaf', 'CN=A', 'CN=A']]);
    expect(judged(leafOf('CN=A', 'b'), [renewed], [old]).trusted).toBe(true);
  });

  test('authorities that vouch for each other lead nowhere', () => {
    const ring = [
      certificate({ subject: 'CN=A', key: 'a', issuer: 'CN=B', signer: 'b' }),
      certificate({ subject: 'CN=B', key: 'b', issuer: 'CN=A', signer: 'a' }),
    ];
    const stranger = certificate({ subject: 'CN=C', key: 'c' });
    expect(failed(leafOf('CN=A', 'a'), ring, [stranger])).toContain('issuer');
  });

  test('many authorities of one name end in time', () => {
    const crowd = Array.from({ length: 60 }, (_, at) =>
      certificate({ subject: 'CN=A', key: ['a', 'b', 'c'][at % 3] ?? 'a', signer: ['b', 'c', 'a'][at % 3] ?? 'a' }),
    );
    const startedAt = performance.now();
    expect(judged(leafOf('CN=A', 'a'), crowd, [certificate({ subject: 'CN=X', key: 'a' })]).trusted).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });
});

describe('anchors', () => {
  test('a copy of an anchor without its limits does not stand in for it', () => {
    const issuer = { issuer: 'CN=A', signer: 'a' };
    const middle = certificate({ subject: 'CN=C', key: 'c', ...issuer });
    const content = (extensions: Uint8Array[]) => ({
      serial: Uint8Array.of(99),
      ...{ issuer: made(nameDer('CN=A')), subject: made(nameDer('CN=A')), publicKey: key('a').publicKey },
      ...{ notBefore: NOW - YEAR, notAfter: NOW + YEAR, extensions },
    });
    const limited = content([build.authorityConstraints(0)]);
    const anchor = toPem('CERTIFICATE', build.buildCertificate(limited, key('a')));
    const unlimited = content([build.authorityConstraints()]);
    const copies = ['a', 'b'].map((name) => toPem('CERTIFICATE', build.buildCertificate(unlimited, key(name))));
    expect(failed(leafOf('CN=C', 'c'), [middle, ...copies], [anchor])).toEqual(['path-length']);
    for (const copy of copies) expect(judged(copy, [], [anchor]).trusted).toBe(false);
  });

  test('an authority in the middle may be one', () => {
    const middle = certificate({ subject: 'CN=C', key: 'c', issuer: 'CN=A', signer: 'a' });
    expect(judged(leafOf('CN=C', 'c'), [], [middle]).trusted).toBe(true);
  });

  test('a self-signed leaf is trusted only where it is an anchor itself', () => {
    const privateKey = newKey();
    const own = made(selfSign({ privateKey, subject: 'CN=me', for: 'client', now: NOW }));
    expect(judged(own, [], [own]).trusted).toBe(true);
    const verdict = judged(own, [], [certificate({ subject: 'CN=A', key: 'a' })]);
    expect(verdict.trusted).toBe(false);
    expect(verdict.paths[0]?.checks.find(({ name }) => name === 'issuer')?.why).toContain('signed with its own key');
  });

  test('without anchors nobody is trusted', () => {
    expect(judged(leafOf('CN=A', 'a'), [], []).trusted).toBe(false);
  });
});

test('what came along in the leaf’s own text is used', () => {
  const root = certificate({ subject: 'CN=A', key: 'a' });
  const middle = certificate({ subject: 'CN=C', key: 'c', issuer: 'CN=A', signer: 'a' });
  expect(judged(leafOf('CN=C', 'c') + middle, [], [root]).trusted).toBe(true);
});

test('a text that is something else is refused by name', () => {
  const root = certificate({ subject: 'CN=A', key: 'a' });
  const request = explain({ certificate: 'hello', anchors: [root], now: NOW });
  expect(request).toMatchObject({ ok: false, error: { kind: 'notPem' } });
  expect(explain({ certificate: root, anchors: [root], crls: [root], now: NOW })).toMatchObject({
    ok: false,
    error: { kind: 'wrongKind' },
  });
});
