/**
 * A bench on which a PKI is made: each step is data, and what came of it stands under its name. The steps alone tell the
 * whole session, so that it can be told again as a shell script.
 */
import { done, refused, type Result } from '../../bytes/result.ts';
import { Secret } from '../../bytes/secret.ts';
import type { KeyKind } from '../keys/key-kind.ts';
import type * as pki from '../pki.ts';
import type { Use } from '../profile.ts';
import type { Reason } from '../x509/crl.ts';

/** The files of one name, PEM. */
export interface Thing {
  readonly name: string;
  readonly kind: KeyKind;
  readonly privateKey: Secret;
  readonly request: string | null;
  readonly certificate: string | null;
  /** who signed the certificate: a name of the bench, its own for a root; null while nobody has */
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
  /** the authority grants these names, and this use, whatever was asked for */
  | (Limits & {
      readonly do: 'sign';
      readonly name: string;
      readonly by: string;
      readonly use: Use;
      readonly names: readonly string[];
      readonly life: { readonly days: number } | { readonly minutes: number };
      readonly crlUrls: readonly string[];
    })
  | { readonly do: 'revoke'; readonly name: string; readonly reason: Reason }
  /** a list of all that was revoked so far */
  | { readonly do: 'list'; readonly by: string; readonly days: number };

/** The functions of core/pki that steps need; a page has them in a Worker. */
export type BenchPki = {
  readonly [
    Name in 'generateKey' | 'createAuthority' | 'createRequest' | 'issueCertificate' | 'createCrl' | 'readCertificate'
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
      if (!thing?.certificate || thing.signedBy === null || thing.signedBy === thing.name)
        return refused('noCertificate', `No CA of this bench has signed a certificate for ${step.name}.`);
      return isRevoked(bench, step.name)
        ? refused('revoked', `The certificate of ${step.name} is revoked already.`)
        : done({});
    }
    case 'list':
      return madeList(step, bench, functions, now);
  }
}

type Of<Do extends Step['do']> = Extract<Step, { do: Do }>;

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

async function signed(step: Of<'sign'>, { things }: Bench, functions: BenchPki, now: number): Promise<Change> {
  const { name, by, use, names, life, crlUrls } = step;
  const thing = things[name];
  const authority = things[by];
  if (!thing?.request) return refused('noRequest', `There is no request of ${name} on this bench.`);
  if (!authority?.certificate) return refused('noAuthority', `${by} has no certificate yet, so it cannot sign.`);
  const made = await functions.issueCertificate({
    request: thing.request,
    issuer: { certificate: authority.certificate, privateKey: authority.privateKey.reveal() },
    ...{ for: use, names, now, ...life, ...limitsOf(step) },
    ...(crlUrls.length > 0 && { crlUrls }),
  });
  if (!made.ok) return made;
  const after = { ...thing, certificate: made.value, signedBy: by, isAuthority: use === 'authority' };
  return done({ things: { ...things, [name]: after } });
}

async function madeList(step: Of<'list'>, bench: Bench, functions: BenchPki, now: number): Promise<Change> {
  const { by, days } = step;
  const authority = bench.things[by];
  if (!authority?.certificate) return refused('noAuthority', `${by} has no certificate yet, so it cannot sign.`);
  const revoked: { serial: string; at: number; reason: Reason }[] = [];
  for (const one of bench.steps) {
    const certificate =
      one.do === 'revoke' && bench.things[one.name]?.signedBy === by ? bench.things[one.name]?.certificate : null;
    if (one.do !== 'revoke' || !certificate) continue;
    const facts = await functions.readCertificate(certificate);
    if (!facts.ok) return facts;
    revoked.push({ serial: facts.value.serial, at: now, reason: one.reason });
  }
  const number = (bench.lists[by]?.number ?? 0) + 1;
  const issuer = { certificate: authority.certificate, privateKey: authority.privateKey.reveal() };
  const made = await functions.createCrl({ issuer, now, number, revoked, days });
  return made.ok ? done({ lists: { ...bench.lists, [by]: { pem: made.value, number } } }) : made;
}

function limitsOf({ pathLength, permitted, excluded }: Limits) {
  return { ...(pathLength !== null && { pathLength }), permitted, excluded };
}
