/**
 * A bench on which a PKI is made: each step is data, and what came of it stands under its name. The steps alone tell the
 * whole session, so that it can be told again as a shell script.
 */
import { done, refused, type Result } from '../../bytes/result.ts';
import { Secret } from '../../bytes/secret.ts';
import type { KeyKind } from '../keys/key-kind.ts';
import type * as pki from '../pki.ts';
import type { Use } from '../profile.ts';
import type { CrlFacts } from '../revoke.ts';
import type { Reason } from '../x509/crl.ts';
import { typedSerial } from './serial.ts';

/** The files of one name, PEM. */
export interface Thing {
  readonly name: string;
  /** null: of a kind that is not made here, or not told by a request */
  readonly kind: KeyKind | null;
  /** null: it was brought without one */
  readonly privateKey: Secret | null;
  readonly request: string | null;
  readonly certificate: string | null;
  /** who signed the certificate: a name of the bench, its own for a root; null: nobody, or nobody who is here */
  readonly signedBy: string | null;
  readonly isAuthority: boolean;
}

export interface List {
  readonly pem: string;
  readonly number: number;
}

export interface Bench {
  readonly things: Readonly<Record<string, Thing>>;
  /** the newest revocation list of an authority */
  readonly lists: Readonly<Record<string, List>>;
  readonly steps: readonly Step[];
}

/** What limits an authority. */
export interface Limits {
  readonly pathLength: number | null;
  /** `DNS:example.test`, `IP:10.0.0.0/8` */
  readonly permitted: readonly string[];
  readonly excluded: readonly string[];
}

export type Step =
  | (Limits & {
      readonly do: 'root';
      readonly name: string;
      readonly kind: KeyKind;
      readonly subject: string;
      readonly days: number;
    })
  /** a key and a request over it; `use` null: the request says nothing of it */
  | {
      readonly do: 'request';
      readonly name: string;
      readonly kind: KeyKind;
      readonly subject: string;
      readonly names: readonly string[];
      readonly use: Use | null;
    }
  /** the authority grants these names, and this use, whatever was asked for; without `subject` and `serial`: as asked, random */
  | (Limits & {
      readonly do: 'sign';
      readonly name: string;
      readonly by: string;
      readonly use: Use;
      readonly subject?: string;
      readonly names: readonly string[];
      /** hex, as it is typed: `0x01`, `01:AB` */
      readonly serial?: string;
      readonly life: Life;
      readonly crlUrls: readonly string[];
    })
  | { readonly do: 'revoke'; readonly name: string; readonly by: string; readonly reason: Reason }
  /** a list of all that was revoked so far */
  | { readonly do: 'list'; readonly by: string; readonly life: Life }
  /** files from elsewhere, PEM; the key belongs to the certificate, or else to the request */
  | {
      readonly do: 'bring';
      readonly name: string;
      readonly certificate: string | null;
      readonly request: string | null;
      readonly privateKey: Secret | null;
    }
  /** a list from elsewhere, and what it says */
  | { readonly do: 'bring-list'; readonly by: string; readonly pem: string; readonly facts: CrlFacts };

export type Life = { readonly days: number } | { readonly minutes: number };

/** The functions of core/pki that steps need; a page has them in a Worker. */
export type BenchPki = {
  readonly [
    Name in
      | ('generateKey' | 'createAuthority' | 'createRequest' | 'issueCertificate' | 'nextCrl')
      | ('readCertificate' | 'readRequest' | 'readCrl' | 'kindOfKeyIn' | 'signedBy' | 'crlSignedBy')
      | ('keyFits' | 'unlockKey' | 'readPkcs12')
  ]: (...args: Parameters<(typeof pki)[Name]>) => Promise<Awaited<ReturnType<(typeof pki)[Name]>>>;
};

export const EMPTY_BENCH: Bench = { things: {}, lists: {}, steps: [] };

/** Names of files, on every system. */
const NAME = /^[a-z0-9][a-z0-9-]{0,31}$/;

/**
 * Carries out a step.
 *
 * @param now Unix time in ms
 * @returns the bench after it; else why not, and nothing has changed
 */
export async function carriedOut(step: Step, bench: Bench, functions: BenchPki, now: number): Promise<Result<Bench>> {
  const after = await changed(step, bench, functions, now);
  return after.ok ? done({ ...bench, ...after.value, steps: [...bench.steps, step] }) : after;
}

type Change = Result<Partial<Bench>>;

function changed(step: Step, bench: Bench, functions: BenchPki, now: number): Promise<Change> | Change {
  switch (step.do) {
    case 'root':
      return nameRefusal(step.name, bench) ?? madeRoot(step, bench, functions, now);
    case 'request':
      return nameRefusal(step.name, bench) ?? madeRequest(step, bench, functions);
    case 'sign':
      return signed(step, bench, functions, now);
    case 'revoke': {
      const thing = bench.things[step.name];
      if (!thing?.certificate || thing.signedBy !== step.by || step.by === thing.name)
        return refused('noCertificate', `${step.by} has signed no certificate for ${step.name}.`);
      return isRevoked(bench, step.name)
        ? refused('revoked', `The certificate of ${step.name} is revoked already.`)
        : done({});
    }
    case 'list':
      return madeList(step, bench, functions, now);
    case 'bring':
      return nameRefusal(step.name, bench) ?? brought(step, bench, functions);
    case 'bring-list':
      return done({ lists: { ...bench.lists, [step.by]: { pem: step.pem, number: Number(step.facts.number ?? 0) } } });
  }
}

type Of<Do extends Step['do']> = Extract<Step, { do: Do }>;

/** Whether a thing is an authority whose key is here. */
export const canSign = ({ isAuthority, certificate, privateKey }: Thing): boolean =>
  isAuthority && certificate !== null && privateKey !== null;

export const isRevoked = ({ steps }: Bench, name: string): boolean =>
  steps.some((step) => step.do === 'revoke' && step.name === name);

function nameRefusal(name: string, { things }: Bench): Change | null {
  if (!NAME.test(name))
    return refused('badName', 'A name has small letters, digits and dashes: it becomes that of files.');
  return things[name] ? refused('nameTaken', `There is a ${name} already. Take another name.`) : null;
}

async function madeRoot(step: Of<'root'>, { things }: Bench, functions: BenchPki, now: number): Promise<Change> {
  const { privateKey } = await functions.generateKey({ kind: step.kind });
  const { name, kind, subject, days } = step;
  const made = await functions.createAuthority({ privateKey, subject, days, now, ...limitsOf(step) });
  if (!made.ok) return made;
  const root = {
    name,
    kind,
    privateKey: new Secret(privateKey),
    request: null,
    certificate: made.value,
    signedBy: name,
    isAuthority: true,
  };
  return done({ things: { ...things, [name]: root } });
}

async function madeRequest(step: Of<'request'>, { things }: Bench, functions: BenchPki): Promise<Change> {
  const { name, kind, subject, names, use } = step;
  const { privateKey } = await functions.generateKey({ kind });
  const made = await functions.createRequest({ privateKey, subject, names, ...(use && { for: use }) });
  if (!made.ok) return made;
  const thing = {
    name,
    kind,
    privateKey: new Secret(privateKey),
    request: made.value,
    certificate: null,
    signedBy: null,
    isAuthority: false,
  };
  return done({ things: { ...things, [name]: thing } });
}

async function signed(step: Of<'sign'>, bench: Bench, functions: BenchPki, now: number): Promise<Change> {
  const { name, by, use, subject, names, life, crlUrls } = step;
  const { things } = bench;
  const thing = things[name];
  if (!thing?.request) return refused('noRequest', `There is no request of ${name} on this bench.`);
  const issuer = issuerOf(by, bench);
  if (!issuer.ok) return issuer;
  const serial = step.serial === undefined ? undefined : typedSerial(step.serial);
  const holder = serial === undefined ? null : await holderOf(serial, by, bench, functions);
  if (holder !== null) return refused('serialTaken', `${by} has given this number to ${holder}: each is given once.`);
  const made = await functions.issueCertificate({
    request: thing.request,
    issuer: issuer.value,
    ...{ for: use, names, now, ...life, ...limitsOf(step) },
    ...(subject !== undefined && { subject }),
    ...(serial !== undefined && { serial }),
    ...(crlUrls.length > 0 && { crlUrls }),
  });
  if (!made.ok) return made;
  const after = { ...thing, certificate: made.value, signedBy: by, isAuthority: use === 'authority' };
  return done({ things: { ...things, [name]: after } });
}

function issuerOf(by: string, { things }: Bench): Result<{ certificate: string; privateKey: string }> {
  const authority = things[by];
  if (!authority?.certificate) return refused('noAuthority', `${by} has no certificate yet, so it cannot sign.`);
  const { certificate, privateKey } = authority;
  if (privateKey === null) return refused('noKey', `${by} was brought without its private key, so it cannot sign.`);
  return done({ certificate, privateKey: privateKey.reveal() });
}

/** Who has a serial number of this authority: RFC 5280 section 4.1.2.2 wants each to be given once. */
async function holderOf(serial: string, by: string, { things }: Bench, functions: BenchPki): Promise<string | null> {
  const plain = (hex: string) => hex.toLowerCase().replace(/^0+/, '');
  for (const { name, certificate, signedBy } of Object.values(things)) {
    if (certificate === null || signedBy !== by) continue;
    const facts = await functions.readCertificate(certificate);
    if (facts.ok && plain(facts.value.serial) === plain(serial)) return name;
  }
  return null;
}

async function madeList(step: Of<'list'>, bench: Bench, functions: BenchPki, now: number): Promise<Change> {
  const { by, life } = step;
  const issuer = issuerOf(by, bench);
  if (!issuer.ok) return issuer;
  const revoke: { serial: string; at: number; reason: Reason }[] = [];
  for (const one of bench.steps) {
    const certificate = one.do === 'revoke' && one.by === by ? bench.things[one.name]?.certificate : null;
    if (one.do !== 'revoke' || !certificate) continue;
    const facts = await functions.readCertificate(certificate);
    if (!facts.ok) return facts;
    revoke.push({ serial: facts.value.serial, at: now, reason: one.reason });
  }
  const crl = bench.lists[by]?.pem ?? null;
  const made = await functions.nextCrl({ crl, issuer: issuer.value, now, revoke, ...life });
  if (!made.ok) return made;
  const facts = await functions.readCrl(made.value);
  return facts.ok
    ? done({ lists: { ...bench.lists, [by]: { pem: made.value, number: Number(facts.value.number) } } })
    : facts;
}

async function brought(step: Of<'bring'>, { things }: Bench, functions: BenchPki): Promise<Change> {
  const { name, certificate, request, privateKey } = step;
  const facts = certificate === null ? null : await functions.readCertificate(certificate);
  if (facts?.ok === false) return facts;
  const thing: Thing = {
    ...{ name, privateKey, request, certificate, signedBy: null },
    kind: certificate === null ? null : await functions.kindOfKeyIn(certificate),
    isAuthority: facts?.value.isAuthority ?? false,
  };
  return done({ things: await withSigners({ ...things, [name]: thing }, functions) });
}

/** Finds for each certificate whose signer was not known whether it is on the bench now. */
async function withSigners(things: Bench['things'], functions: BenchPki): Promise<Bench['things']> {
  const all = Object.values(things);
  const found: Record<string, Thing> = {};
  for (const thing of all) {
    found[thing.name] = thing;
    if (thing.certificate === null || thing.signedBy !== null) continue;
    for (const { name, certificate } of all) {
      if (certificate === null || !(await functions.signedBy(thing.certificate, certificate)).holds) continue;
      found[thing.name] = { ...thing, signedBy: name };
      break;
    }
  }
  return found;
}

function limitsOf({ pathLength, permitted, excluded }: Limits) {
  return { ...(pathLength !== null && { pathLength }), permitted, excluded };
}
