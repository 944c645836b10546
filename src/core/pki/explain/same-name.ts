/**
 * When two distinguished names are the same: case, doubled spaces and the choice of string type do not matter
 * (RFC 5280 section 7.1). Like OpenSSL, only ASCII letters are folded.
 */
import { toHex } from '../../bytes/hex.ts';
import type { Attribute, Name } from '../names/name.ts';

const CANONICAL = new WeakMap<Name, readonly string[]>();

/** One comparable text for each relative distinguished name. */
export function canonical(name: Name): readonly string[] {
  const known = CANONICAL.get(name);
  if (known) return known;
  const made = name.rdns.map((rdn) => canonicalRdn(rdn));
  CANONICAL.set(name, made);
  return made;
}

/** One comparable text for the attributes of one part of a name, in any order. */
export function canonicalRdn(rdn: readonly Attribute[]): string {
  return JSON.stringify(rdn.map((attribute) => [attribute.oid, folded(attribute)]).sort());
}

export function isSameName(one: Name, other: Name): boolean {
  return isWithin(one, other) && one.rdns.length === other.rdns.length;
}

/** Whether `name` begins with all of `base`, as names inside a subtree do. */
export function isWithin(name: Name, base: Name): boolean {
  const parts = canonical(name);
  return canonical(base).every((part, at) => part === parts[at]);
}

function folded({ text, der }: Attribute): string {
  if (text === null) return `#${toHex(der)}`;
  const lower = text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  return lower
    .split(/[ \t\n\v\f\r]+/)
    .filter((word) => word !== '')
    .join(' ');
}
