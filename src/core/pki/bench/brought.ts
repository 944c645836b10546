/** Files from elsewhere for the bench: what is in them, what belongs together, and the steps that bring it. */
import { toPem } from '../../bytes/pem.ts';
import { done, refused, type Result } from '../../bytes/result.ts';
import { Secret } from '../../bytes/secret.ts';
import { anatomyOf, type Anatomy, type Kind } from '../anatomy/anatomy.ts';
import type { Bench, BenchPki, Step } from './bench.ts';

/** Files, or what was pasted. */
export interface Source {
  /** of each the text in PEM, or its bytes: PEM, DER or PKCS#12 */
  readonly inputs: readonly (string | Uint8Array)[];
  /** of an encrypted key or a PKCS#12 file */
  readonly passphrase: string;
}

/** PEM, keys open. */
interface Content {
  readonly certificates: string[];
  readonly requests: string[];
  readonly lists: string[];
  readonly keys: string[];
}

/**
 * The steps that bring what is in files: a certificate or a request with the key that belongs to it, a list to the
 * authority that signed it.
 *
 * @returns one step or more; else a sentence that says what is wrong, or what is missing
 */
export async function stepsToBring(
  source: Source,
  bench: Bench,
  functions: BenchPki,
): Promise<Result<readonly Step[]>> {
  const read = await contentOf(source, functions);
  if (!read.ok) return read;
  const { certificates, requests, lists, keys } = read.value;
  const taken = new Set(Object.keys(bench.things));
  const steps: Step[] = [];
  const strayKeys = new Set(keys);
  const owners = [
    ...certificates.map((pem) => ({ pem, isRequest: false })),
    ...requests.map((pem) => ({ pem, isRequest: true })),
  ];
  for (const { pem, isRequest } of owners) {
    const facts = isRequest ? await functions.readRequest(pem) : await functions.readCertificate(pem);
    if (!facts.ok) return facts;
    const known = Object.values(bench.things).find(({ certificate }) => certificate === pem);
    if (known) return refused('known', `This certificate is on the bench already, as ${known.name}.`);
    const name = freeName(facts.value.subject, taken);
    const key = await keyOf(pem, keys, functions);
    if (key !== null) strayKeys.delete(key);
    const own = { certificate: isRequest ? null : pem, request: isRequest ? pem : null };
    steps.push({ do: 'bring', name, ...own, privateKey: key === null ? null : new Secret(key) });
  }
  if (strayKeys.size > 0)
    return refused(
      'strayKey',
      'There is a key that belongs to no certificate or request beside it. Bring them together.',
    );
  for (const pem of lists) {
    const step = await listStep(pem, bench, steps, functions);
    if (!step.ok) return step;
    steps.push(step.value);
  }
  return steps.length > 0 ? done(steps) : refused('nothing', 'There is nothing in it that the bench can use.');
}

async function contentOf({ inputs, passphrase }: Source, functions: BenchPki): Promise<Result<Content>> {
  const content: Content = { certificates: [], requests: [], lists: [], keys: [] };
  for (const input of inputs) {
    const all = anatomyOf(input);
    if (!all.ok) return all;
    for (const one of all.value) {
      const wrong = await take(one, passphrase, content, functions);
      if (wrong !== null) return wrong;
    }
  }
  return done({ ...content, certificates: [...new Set(content.certificates)] });
}

/** @returns null: it is in the content now, or is nothing that the bench needs */
async function take(one: Anatomy, passphrase: string, content: Content, functions: BenchPki) {
  const { kind, buffers, problem } = one;
  const [der] = buffers;
  if (problem !== null) return refused('damaged', `In this ${kind}: ${problem}`);
  switch (kind) {
    case 'certificate':
      content.certificates.push(toPem('CERTIFICATE', der));
      return null;
    case 'request':
      content.requests.push(toPem('CERTIFICATE REQUEST', der));
      return null;
    case 'revocation list':
      content.lists.push(toPem('X509 CRL', der));
      return null;
    case 'PKCS#12 file': {
      const box = await functions.readPkcs12({ file: der, passphrase });
      if (!box.ok) return box;
      for (const { privateKey, certificates } of box.value.identities) {
        content.keys.push(privateKey);
        content.certificates.push(...certificates);
      }
      content.certificates.push(...box.value.others);
      return null;
    }
    default: {
      const label = KEY_LABELS[kind];
      if (label === undefined) return null;
      const key = await functions.unlockKey({ privateKey: toPem(label, der), passphrase });
      if (!key.ok) return key;
      content.keys.push(key.value);
      return null;
    }
  }
}

const KEY_LABELS: Readonly<Partial<Record<Kind, string>>> = {
  'private key (PKCS#8)': 'PRIVATE KEY',
  'private key (PKCS#1)': 'RSA PRIVATE KEY',
  'private key (SEC 1)': 'EC PRIVATE KEY',
  'encrypted private key': 'ENCRYPTED PRIVATE KEY',
};

async function keyOf(owner: string, keys: readonly string[], functions: BenchPki): Promise<string | null> {
  for (const privateKey of keys)
    if ((await functions.keyFits({ privateKey, certificate: owner })).holds) return privateKey;
  return null;
}

/** The list's authority is on the bench, or comes with it. */
async function listStep(pem: string, bench: Bench, steps: readonly Step[], functions: BenchPki): Promise<Result<Step>> {
  const facts = await functions.readCrl(pem);
  if (!facts.ok) return facts;
  const coming = steps.flatMap((step) => (step.do === 'bring' ? [step] : []));
  for (const { name, certificate } of [...Object.values(bench.things), ...coming])
    if (certificate !== null && (await functions.crlSignedBy(pem, certificate)).holds)
      return done({ do: 'bring-list', by: name, pem, facts: facts.value });
  return refused('strayList', `Nobody on the bench has signed this list of ${facts.value.issuer}. Bring its CA first.`);
}

const MOST = 28;

/** A name for the files, made of the last part of the subject: `CN=Tea & Co Root` is `tea-co-root`. */
function freeName(subject: string, taken: Set<string>): string {
  const last = /CN=([^,]+)/.exec(subject)?.[1] ?? subject;
  const plain = last
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, MOST);
  const base = plain === '' ? 'brought' : plain;
  let name = base;
  for (let count = 2; taken.has(name); count++) name = `${base}-${count}`;
  taken.add(name);
  return name;
}
