/**
 * Distinguished names as text: `O=Order Desk, CN=alice`, escaped as in RFC 4514. The order is the certificate's own,
 * as openssl prints it and learners see it in the bytes; RFC 4514 itself would turn it round.
 */
import { TAG } from '../../asn1/tag.ts';
import { element, oid, sequence, setOf } from '../../asn1/write.ts';
import { toHex } from '../../bytes/hex.ts';
import { done, refused, type Refusal, type Result } from '../../bytes/result.ts';
import { fromUtf8, toUtf8 } from '../../bytes/utf8.ts';
import { attributeName, attributeOf } from './attributes.ts';
import { hexValue, type Attribute, type Name } from './name.ts';

export type NameError = Refusal<'badName'>;

// Controls, and what makes text look like other text: zero-width, line and direction marks.
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/gu; // eslint-disable-line no-control-regex -- these are what is looked for
const SPECIAL = ',+"\\<>;';

/** A name as one line of text. Characters that would not show are written as `\E2\80\AE`. */
export function nameText(name: Name): string {
  return name.rdns.map((rdn) => rdn.map(attributeText).join(' + ')).join(', ');
}

function attributeText(attribute: Attribute): string {
  const value = attribute.text === null ? hexValue(attribute) : escaped(attribute.text);
  return `${attributeName(attribute.oid)}=${value}`;
}

function escaped(text: string): string {
  const characters = [...text];
  return characters
    .map((character, at) => {
      const isOuterSpace = character === ' ' && (at === 0 || at === characters.length - 1);
      const isMark = SPECIAL.includes(character) || isOuterSpace || (character === '#' && at === 0);
      return isMark ? `\\${character}` : character;
    })
    .join('')
    .replace(HIDDEN, (character) => toHex(toUtf8(character)).toUpperCase().replace(/../g, '\\$&'));
}

/**
 * A name's DER from its text. Parts are parted by `,`, attributes of one part by `+`; `\` keeps the next character (or
 * two hex digits) as it is; `"…"` keeps all of a value.
 *
 * @param text for example `C=CH, O="Tea, Inc.", CN=alice`
 * @returns Name as DER; else `badName`
 */
export function nameDer(text: string): Result<Uint8Array, NameError> {
  const rdns: Uint8Array[] = [];
  for (const parts of split(text)) {
    const members: Uint8Array[] = [];
    for (const part of parts) {
      const attribute = attributeDer(part);
      if (!attribute.ok) return attribute;
      members.push(attribute.value);
    }
    rdns.push(setOf(members));
  }
  return done(sequence(...rdns));
}

function attributeDer(part: string): Result<Uint8Array, NameError> {
  const at = part.indexOf('=');
  if (at < 0) return badName(`"${part.trim()}" is not of the form CN=value.`);
  const key = part.slice(0, at).trim();
  const type = attributeOf(key);
  if (type === null) return badName(`"${key}" is not a name part that certificates know, such as CN, O or C.`);
  const value = unescaped(trimmed(part.slice(at + 1)));
  if (!value.ok) return value;
  const characters = [...value.value].length;
  if (characters === 0) return badName(`${key} is empty.`);
  if (characters > type.most) {
    return badName(`${key} may have at most ${type.most} characters, and this one has ${characters}.`);
  }
  const isPlain =
    type.tag === TAG.utf8String || (type.tag === TAG.ia5String ? /^[\x20-\x7e]*$/ : PRINTABLE).test(value.value);
  if (!isPlain) return badName(`${key} may only hold plain letters, digits and a few signs.`);
  return done(sequence(oid(type.oid), element(type.tag, toUtf8(value.value))));
}

const PRINTABLE = /^[A-Za-z0-9 '()+,./:=?-]*$/;

/** Cuts at `,` and `+` that are neither escaped nor inside quotes. */
function split(text: string): string[][] {
  const rdns: string[][] = [['']];
  let isQuoted = false;
  let isEscaped = false;
  for (const character of text) {
    const rdn = rdns.at(-1) ?? [];
    const isBoundary = !isQuoted && !isEscaped;
    if (isBoundary && character === ',') rdns.push(['']);
    else if (isBoundary && character === '+') rdn.push('');
    else rdn.push((rdn.pop() ?? '') + character);
    if (character === '"' && !isEscaped) isQuoted = !isQuoted;
    isEscaped = character === '\\' && !isEscaped;
  }
  return rdns;
}

/** Blanks around a value that are not part of it. Not `trim()`: that takes wider spaces too, which are characters. */
const BLANKS = /^[ \t\r\n]+|[ \t\r\n]+$/g;

/** Without the blanks around it, but with an escaped space at its end. */
function trimmed(value: string): string {
  const end = value.replace(BLANKS, '');
  const backslashes = end.length - end.replace(/\\+$/, '').length;
  return backslashes % 2 === 1 && value.endsWith(' ') ? `${end} ` : end;
}

function unescaped(value: string): Result<string, NameError> {
  const isQuoted = value.length >= 2 && value.startsWith('"') && value.endsWith('"');
  const raw = isQuoted ? value.slice(1, -1) : value;
  const bytes: number[] = [];
  const rest = [...raw];
  for (let character = rest.shift(); character !== undefined; character = rest.shift()) {
    if (character === '"') return badName(`Quotes must surround the whole value: ${value}`);
    if (character !== '\\') {
      bytes.push(...toUtf8(character));
      continue;
    }
    const next = rest.shift();
    if (next === undefined) return badName('A backslash at the end of a value keeps nothing.');
    const pair = next + (rest[0] ?? '');
    if (/^[0-9a-fA-F]{2}$/.test(pair)) {
      bytes.push(parseInt(pair, 16));
      rest.shift();
    } else bytes.push(...toUtf8(next));
  }
  const text = fromUtf8(Uint8Array.from(bytes));
  return text.ok ? text : badName(`The escaped bytes of "${value}" are not UTF-8 text.`);
}

function badName(why: string): { ok: false; error: NameError } {
  return refused('badName', why);
}
