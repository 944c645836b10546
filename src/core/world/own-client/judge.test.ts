import { beforeAll, expect, test } from 'vitest';
import { fromPem } from '../../bytes/pem.ts';
import type { Result } from '../../bytes/result.ts';
import * as pki from '../../pki/pki.ts';
import { judgeServer, type Expected } from './judge.ts';

const NOW = Date.UTC(2026, 5, 1);
const DAY = 86_400_000;
const EXPIRED = { notBefore: NOW - 9 * DAY, notAfter: NOW - DAY };
const made = <Value>(result: Result<Value>): Value => {
  if (!result.ok) throw new Error(result.error.why);
  return result.value;
};
const explain: Parameters<typeof judgeServer>[2] = { explain: (options) => Promise.resolve(pki.explain(options)) };

let issuer: { certificate: string; privateKey: string };
let twin: { certificate: string; privateKey: string };
let request: string;
beforeAll(async () => {
  const [mine, other, desk] = await Promise.all([pki.generateKey(), pki.generateKey(), pki.generateKey()]);
  const root = (privateKey: string) => ({
    privateKey,
    certificate: made(pki.createAuthority({ privateKey, subject: 'CN=CA', now: NOW })),
  });
  issuer = root(mine.privateKey);
  twin = root(other.privateKey);
  request = made(pki.createRequest({ privateKey: desk.privateKey, subject: 'CN=desk' }));
});

type Terms = Partial<Parameters<typeof pki.issueCertificate>[0]>;
const leaf = (terms: Terms = {}): Uint8Array => {
  const issued = pki.issueCertificate({ request, issuer, for: 'server', names: ['localhost'], now: NOW, ...terms });
  return made(fromPem(made(issued)))[0]?.der ?? new Uint8Array();
};
const judged = (chain: readonly Uint8Array[], expected: Partial<Expected> = {}) =>
  judgeServer(chain, { trust: [issuer.certificate], serverName: 'localhost', ...expected }, explain, NOW);

test('a chain that ends at an anchor, in time and with the right name, is believed', async () => {
  expect(await judged([leaf()])).toBeNull();
});

/** Alerts as RFC 8446 §6.2 describes them. */
test.each<[string, number, () => Terms, () => Partial<Expected>]>([
  ['expired: certificate_expired', 45, () => EXPIRED, () => ({})],
  ['not valid yet: bad_certificate', 42, () => ({ notBefore: NOW + DAY, notAfter: NOW + 9 * DAY }), () => ({})],
  ['made for another name: bad_certificate', 42, () => ({}), () => ({ serverName: 'tea.example' })],
  ['made for a client: unsupported_certificate', 43, () => ({ for: 'client' }), () => ({})],
  ['of nobody that is trusted: unknown_ca', 48, () => ({}), () => ({ trust: [] })],
  ['of a twin of the CA: unknown_ca', 48, () => ({ issuer: twin }), () => ({})],
  ['expired and of a stranger: unknown_ca first', 48, () => ({ issuer: twin, ...EXPIRED }), () => ({})],
])('%s', async (_name, alert, terms, expected) => {
  const distrust = await judged([leaf(terms())], expected());
  expect(distrust?.alert).toBe(alert);
  expect(distrust?.why).toMatch(/^[A-Z].+\.$/s);
});

test('one changed byte under the signature: bad_certificate', async () => {
  const changed = leaf();
  const at = Buffer.from(changed).indexOf('desk');
  changed.set([0x44], at);
  expect((await judged([changed]))?.alert).toBe(42);
});

test('what is no certificate: bad_certificate, and nothing is thrown', async () => {
  expect((await judged([Uint8Array.of(1, 2, 3)]))?.alert).toBe(42);
});
