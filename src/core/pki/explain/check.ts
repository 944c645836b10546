import type { OidName } from '../../asn1/oids.ts';
import { reading } from '../der/read.ts';
import type { Certificate } from '../x509/certificate.ts';
import { basicConstraints, extensionOf, type Extension } from '../x509/extensions.ts';
import { isSameName } from './same-name.ts';

/** What is looked at, in the order in which it is told. */
export const CHECKS = [
  'readable',
  'profile',
  'issuer',
  'anchor',
  'key-id',
  'signature',
  'algorithm',
  'validity',
  'authority',
  'path-length',
  'key-usage',
  'purpose',
  'name-constraints',
  'host',
  'critical',
  'policies',
  'revocation',
] as const;
export type CheckName = (typeof CHECKS)[number];

/** `remark`: it does not decide, but one should know it. */
export type State = 'holds' | 'fails' | 'remark';

/** One check of one certificate of a path. */
export interface PathCheck {
  readonly name: CheckName;
  /** 0 is the leaf; the highest is the anchor, or where the path broke off */
  readonly depth: number;
  readonly state: State;
  readonly why: string;
}

/** A check whose depth is added later. */
export type Finding = Omit<PathCheck, 'depth'>;

export const holds = (name: CheckName, why: string): Finding => ({ name, state: 'holds', why });
export const fails = (name: CheckName, why: string): Finding => ({ name, state: 'fails', why });
export const remark = (name: CheckName, why: string): Finding => ({ name, state: 'remark', why });

/** What an extension says: `absent`, `damaged`, or its value. */
export type Said<Value> =
  | { readonly kind: 'absent' }
  | { readonly kind: 'damaged'; readonly why: string }
  | { readonly kind: 'said'; readonly value: Value };

/** Reads an extension by name; damage is an answer, not an exception. */
export function said<Value>(
  extensions: readonly Extension[],
  name: OidName,
  decode: (extension: Extension) => Value,
): Said<Value> {
  const found = extensionOf(extensions, name);
  if (found === null) return { kind: 'absent' };
  const read = reading(() => decode(found));
  return read.ok ? { kind: 'said', value: read.value } : { kind: 'damaged', why: read.error.why };
}

/** The value, or null when it is absent or damaged; for places where damage is reported by another check. */
export function valueOf<Value>(answer: Said<Value>): Value | null {
  return answer.kind === 'said' ? answer.value : null;
}

/** Whether basicConstraints says CA:TRUE. */
export function isAuthority({ extensions }: Certificate): boolean {
  return valueOf(said(extensions, 'basicConstraints', basicConstraints))?.isAuthority ?? false;
}

/** Whether a certificate only renews its issuer's key: such do not count in path lengths and name constraints. */
export function countsInPath({ issuer, subject }: Certificate): boolean {
  return !isSameName(issuer, subject);
}
