// Whole files with something changed, cut out, doubled or padded: shown, used or refused in words, and soon.
import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { OID } from '../../asn1/oids.ts';
import { bitString, explicit, integer, octetString, oid, sequence, time } from '../../asn1/write.ts';
import { fromPem, toPem } from '../../bytes/pem.ts';
import type { Result } from '../../bytes/result.ts';
import { onlyElement } from '../der/read.ts';
import { bigInteger, bitStringBytes, oidText, timeMs } from '../der/values.ts';
import { KEY_KINDS } from '../keys/key-kind.ts';
import * as pki from '../pki.ts';
import { treeLines } from './tree.ts';

const NOW = Date.UTC(2026, 7, 1);
const made = <Value>(result: Result<Value>): Value => (result.ok ? result.value : expect.fail(result.error.why));
const derOf = (pem: string): Uint8Array => made(fromPem(pem))[0]?.der ?? expect.fail('no block');
const iterations = 2;

interface Sample {
  /** of its PEM block; null for a file that has no PEM form */
  readonly label: string | null;
  readonly der: Uint8Array;
}
const NAMES = [
  'certificate',
  'request',
  'list',
  'p256',
  'p384',
  'ed25519',
  'rsa-2048',
  'SEC 1',
  'locked',
  'pkcs12',
] as const;
const samples = new Map<string, Sample>();
let issuer: { certificate: string; privateKey: string };

beforeAll(async () => {
  const pairs = new Map<string, string>();
  for (const kind of KEY_KINDS)
    if (!/3072|4096/.test(kind)) pairs.set(kind, (await pki.generateKey({ kind })).privateKey);
  const privateKey = pairs.get('p256') ?? '';
  const limits = { pathLength: 1, permitted: ['DNS:a.test', 'IP:10.0.0.0/8'], crlUrls: ['http://a.test/crl'] };
  const certificate = made(pki.createAuthority({ privateKey, subject: 'CN=CA', now: NOW, ...limits }));
  issuer = { certificate, privateKey };
  const names = ['localhost', '::1', 'email:a@b.ch', 'URI:http://a.test/'];
  const request = made(pki.createRequest({ privateKey, subject: 'CN=a', names, for: 'both' }));
  const revoked = [{ serial: '0a', at: NOW, reason: 'superseded', invalidityDate: NOW }] as const;
  const list = made(pki.createCrl({ issuer, now: NOW, number: 1, revoked }));
  const locked = made(pki.lockKey({ privateKey, passphrase: 'x', iterations }));
  for (const [kind, key] of pairs) samples.set(kind, { label: 'PRIVATE KEY', der: derOf(key) });
  samples.set('certificate', { label: 'CERTIFICATE', der: derOf(certificate) });
  samples.set('request', { label: 'CERTIFICATE REQUEST', der: derOf(request) });
  samples.set('list', { label: 'X509 CRL', der: derOf(list) });
  samples.set('locked', { label: 'ENCRYPTED PRIVATE KEY', der: derOf(locked) });
  const secret = derOf(privateKey).subarray(36, 68); // behind 29 bytes of PKCS#8 and 7 of its own
  const sec1 = sequence(integer(1), octetString(secret), explicit(0, oid(OID.secp256r1)));
  samples.set('SEC 1', { label: 'EC PRIVATE KEY', der: sec1 });
  const box = pki.createPkcs12({ privateKey, certificates: [certificate], passphrase: 'x', name: 'a', iterations });
  samples.set('pkcs12', { label: null, der: made(box) });
});

/** Everything that takes a file of this kind. */
function readAll({ label, der }: Sample): void {
  const shown = pki.show({ file: der, passphrase: 'x' });
  if (shown.ok) shown.value.forEach((tree) => treeLines(tree));
  pki.readPkcs12({ file: der, passphrase: 'x' });
  if (label === null) return;
  const pem = toPem(label, der);
  pki.show({ file: new TextEncoder().encode(pem), passphrase: 'x' });
  pki.unlockKey({ privateKey: pem, passphrase: 'x' });
  pki.whatWasGranted({ request: pem, certificate: issuer.certificate });
  pki.nextCrl({ crl: pem, issuer, now: NOW });
  if (label === 'CERTIFICATE REQUEST') pki.issueCertificate({ request: pem, issuer, for: 'client', now: NOW });
}

const edit = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), at: fc.nat(3000), value: fc.nat(255) }),
  fc.record({ kind: fc.constant('cut' as const), at: fc.nat(3000), value: fc.nat(40) }),
  fc.record({ kind: fc.constant('double' as const), at: fc.nat(3000), value: fc.nat(40) }),
  fc.record({ kind: fc.constant('pad' as const), at: fc.nat(3000), value: fc.nat(40) }),
);

function edited(
  der: Uint8Array,
  edits: readonly (typeof edit extends fc.Arbitrary<infer Edit> ? Edit : never)[],
): Uint8Array {
  let bytes = [...der];
  for (const { kind, at, value } of edits) {
    const place = at % Math.max(1, bytes.length);
    if (kind === 'set') bytes[place] = value;
    else if (kind === 'cut') bytes.splice(place, value);
    else if (kind === 'double') bytes.splice(place, 0, ...bytes.slice(place, place + value));
    else bytes = [...bytes, ...new Array<number>(value).fill(0)];
  }
  return Uint8Array.from(bytes);
}

describe.each(NAMES)('a %s', (name) => {
  test('as it is, is shown', () => {
    const { label, der } = samples.get(name) ?? expect.fail('no sample');
    const file = label === null ? der : new TextEncoder().encode(toPem(label, der));
    expect(made(pki.show({ file, passphrase: 'x' }))).toHaveLength(1);
  });

  test('with changes is shown or refused', () => {
    const sample = samples.get(name) ?? expect.fail('no sample');
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) =>
        readAll({ ...sample, der: edited(sample.der, edits) }),
      ),
      { numRuns: name === 'rsa-2048' ? 60 : 150 },
    );
  });
});

describe('what is written in DER is read back', () => {
  const property = <Value>(arbitrary: fc.Arbitrary<Value>, back: (value: Value) => unknown) =>
    fc.assert(
      fc.property(arbitrary, (value) => {
        expect(back(value)).toEqual(value);
      }),
      { numRuns: 100 },
    );

  test('numbers, bytes, identifiers, times', () => {
    property(fc.bigInt({ min: 0n, max: 1n << 300n }), (value) => {
      const hex = value.toString(16);
      const bytes = Uint8Array.from(Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex'));
      return bigInteger(onlyElement(integer(bytes), 'a number'), 'a number');
    });
    property(
      fc.constantFrom(0, 1, 127, 128, 255, 256, 65_535, 65_536),
      (length) => onlyElement(octetString(new Uint8Array(length)), 'bytes').body.length,
    );
    property(fc.uint8Array(), (value) => bitStringBytes(onlyElement(bitString(value), 'bits'), 'bits'));
    const arcs = fc.tuple(fc.nat(2), fc.nat(39), fc.array(fc.nat(), { minLength: 1, maxLength: 8 }));
    property(
      arcs.map(([root, second, rest]) => [root, second, ...rest].join('.')),
      (value) => oidText(onlyElement(oid(value), 'an OID')),
    );
    property(
      fc.integer({ min: -631_152_000, max: 253_402_300_799 }).map((seconds) => seconds * 1000),
      (value) => timeMs(onlyElement(time(value), 'a time'), 'a time'),
    );
    property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }), (parts) =>
      onlyElement(sequence(...parts.map(octetString)), 'a list')
        .inside()
        .all('parts', 20)
        .map(({ body }) => body),
    );
  });
});
