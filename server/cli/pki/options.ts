/** What several PKI commands take on their command line. */
import { KEY_KINDS, type KeyKind } from '../../../src/core/pki/keys/key-kind.ts';
import { USES, type Use } from '../../../src/core/pki/profile.ts';
import { StartError } from '../../start-error.ts';
import { UsageError } from '../usage.ts';
import { readBytes } from './files.ts';

/** Kinds of key under the names that other programs give them. */
const ALIASES: Readonly<Record<string, KeyKind>> = {
  rsa: 'rsa-2048',
  'p-256': 'p256',
  prime256v1: 'p256',
  secp256r1: 'p256',
  ec: 'p256',
  'p-384': 'p384',
  secp384r1: 'p384',
};

/** `p256`, `rsa:3072`, `ed25519`, … @throws UsageError */
export function kindOf(text: string): KeyKind {
  const lower = text.toLowerCase().replace(':', '-');
  const kind =
    KEY_KINDS.find((known) => known === lower) ?? (Object.hasOwn(ALIASES, lower) ? ALIASES[lower] : undefined);
  if (kind !== undefined) return kind;
  throw new UsageError(`--newkey takes one of ${KEY_KINDS.join(', ')}, not "${text}".`);
}

/** @throws UsageError */
export function useOf(text: string): Use {
  const use = USES.find((known) => known === (text === 'ca' ? 'authority' : text));
  if (use !== undefined) return use;
  throw new UsageError(`--for takes client, server, both or ca, not "${text}".`);
}

/** A whole number from `least` on. @throws UsageError */
export function wholeNumber(name: string, text: string, least: number, most: number): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (number >= least && number <= most) return number;
  throw new UsageError(`${name} takes a whole number from ${least} to ${most}, not "${text}".`);
}

const FORMS = 'such as 2026-08-01T12:00:00Z, 2026-08-01, 20260801120000Z or Unix seconds';

/**
 * A moment as people and other programs write it: ISO 8601 (UTC where no offset is given), only a date, the digits of
 * ASN.1, or seconds since 1970 as openssl's `-attime` takes them.
 *
 * @returns Unix time in ms
 * @throws UsageError
 */
export function timeOf(name: string, text: string): number {
  const ms = /^-?\d{1,11}$/.test(text) ? Number(text) * 1000 : isoMs(isoOf(text));
  if (Number.isFinite(ms)) return ms;
  throw new UsageError(`${name} takes a time ${FORMS}, not "${text}".`);
}

function isoOf(text: string): string {
  const digits = /^(\d{4}|\d{2})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (digits === null) return text;
  const [, year = '', month, day, hour, minute, second] = digits;
  const century = year.length === 4 ? '' : Number(year) < 50 ? '20' : '19';
  return `${century}${year}-${month}-${day}T${hour}:${minute}:${second}Z`;
}

/** NaN for what is none; `Date` itself takes far more than ISO 8601, and 31 June for 1 July. */
function isoMs(text: string): number {
  const parts = /^(\d{4}-\d\d-(\d\d))(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:?\d\d)?)?$/i.exec(text);
  if (parts === null) return NaN;
  const [, date = '', day = '', clock = '00:00', zone = 'Z'] = parts;
  if (new Date(`${date}T00:00:00Z`).getUTCDate() !== Number(day)) return NaN;
  return Date.parse(`${date}T${clock}${zone.toUpperCase().replace(/^([+-]\d\d)(\d\d)$/, '$1:$2')}`);
}

/** How long, and from when to when. */
export const LIFETIME_OPTIONS = {
  days: { type: 'string' },
  minutes: { type: 'string' },
  'not-before': { type: 'string' },
  'not-after': { type: 'string' },
} as const;

/** Values of {@link LIFETIME_OPTIONS} as the core takes them. @throws UsageError */
export function lifetimeOf(values: { readonly [Name in keyof typeof LIFETIME_OPTIONS]?: string | undefined }) {
  const { days, minutes, 'not-before': notBefore, 'not-after': notAfter } = values;
  if ([days, minutes, notAfter].filter((one) => one !== undefined).length > 1)
    throw new UsageError('take one of --days, --minutes and --not-after.');
  return {
    ...(days === undefined ? {} : { days: wholeNumber('--days', days, 1, 36_500) }),
    ...(minutes === undefined ? {} : { minutes: wholeNumber('--minutes', minutes, 1, 52_560_000) }),
    ...(notBefore === undefined ? {} : { notBefore: timeOf('--not-before', notBefore) }),
    ...(notAfter === undefined ? {} : { notAfter: timeOf('--not-after', notAfter) }),
  };
}

/**
 * A passphrase the way openssl names its place: `pass:WORDS`, `env:NAME`, `file:PATH` (its first line).
 *
 * @throws UsageError, StartError
 */
export function passphraseOf(name: string, text: string): string {
  const [, place, rest = ''] = /^(pass|env|file):(.*)$/s.exec(text) ?? [];
  switch (place) {
    case 'pass':
      return rest;
    case 'env': {
      const value = process.env[rest];
      if (value === undefined) throw new StartError(`there is no variable ${rest} in the environment.`);
      return value;
    }
    case 'file':
      return Buffer.from(readBytes(rest)).toString('utf8').split(/\r?\n/, 1)[0] ?? '';
    default:
      throw new UsageError(`${name} takes pass:WORDS, env:NAME or file:PATH.`);
  }
}
