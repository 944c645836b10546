import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TAG } from '../../asn1/tag.ts';
import { element, oid, sequence, setOf } from '../../asn1/write.ts';
import { toHex } from '../../bytes/hex.ts';
import { Reader } from '../../bytes/reader.ts';
import { DerReader, onlyElement } from '../der/read.ts';
import { addressBytes, addressText } from './address.ts';
import { generalName, generalNameDer, generalNameText } from './general-name.ts';
import { nameDer, nameText } from './name-text.ts';
import { readName, type Name } from './name.ts';

const der = (text: string): Uint8Array => {
  const made = nameDer(text);
  return made.ok ? made.value : expect.fail(made.error.why);
};
const name = (bytes: Uint8Array): Name => readName(new DerReader(new Reader(bytes)), 'a name');
const shown = (text: string): string => nameText(name(der(text)));
const one = (type: string, tag: number, value: Uint8Array): Uint8Array =>
  sequence(setOf([sequence(oid(type), element(tag, value))]));

describe('a distinguished name', () => {
  // openssl req -subj '/O=Order Desk/CN=alice' -utf8: the same DER
  test('is written in the order of its text, with UTF8String', () => {
    expect(toHex(der('O=Order Desk, CN=alice'))).toBe(
      '302531133011060355040a0c0a4f72646572204465736b310e300c06035504030c05616c696365',
    );
  });

  test.each([
    ['O=Tea\\, Inc., CN=a', 'O=Tea\\, Inc., CN=a'],
    ['O="Tea, Inc.",CN=a', 'O=Tea\\, Inc., CN=a'],
    ['CN=a+b', null],
    ['CN=a\\+b', 'CN=a\\+b'],
    ['CN=a\\\\', 'CN=a\\\\'],
    ['CN=a=b', 'CN=a=b'],
    ['cn=Zoë', 'CN=Zoë'],
    ['CN=Zo\\C3\\AB', 'CN=Zoë'],
    ['CN=say \\"hi\\"', 'CN=say \\"hi\\"'],
    ['CN=\\#1', 'CN=\\#1'],
    ['CN=a\\\\ ', 'CN=a\\\\'],
    ['CN=a\\\\\\ ', 'CN=a\\\\\\ '],
    ['CN=" a "', 'CN=\\ a\\ '],
    ['1.2.3.4=x', '1.2.3.4=x'],
    ['UID=a1 + CN=alice', 'CN=alice + UID=a1'],
    ['', null],
    ['CN', null],
    ['CN=', null],
    ['CN=a,', null],
    ['XX=a', null],
    ['C=CHE', null],
    ['C=é1', null],
    ['CN="a"b', null],
    ['CN=a\\', null],
    ['CN=\\ff', null],
    ['__proto__=a', null],
    [`CN=${'x'.repeat(65)}`, null],
  ])('%j reads as %j', (text, expected) => {
    const made = nameDer(text);
    if (expected === null) return expect(made).toMatchObject({ ok: false, error: { kind: 'badName' } });
    expect(shown(text)).toBe(expected);
  });

  test('comes back from its own text, whatever stands in it', () => {
    const value = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((text) => [...text].length <= 64);
    fc.assert(
      fc.property(value, value, (organisation, common) => {
        const made = sequence(
          setOf([sequence(oid('2.5.4.10'), element(TAG.utf8String, Buffer.from(organisation)))]),
          setOf([sequence(oid('2.5.4.3'), element(TAG.utf8String, Buffer.from(common)))]),
        );
        expect(toHex(der(nameText(name(made))))).toBe(toHex(made));
      }),
    );
  });

  test.each(['\u00a0', '\u2003x\u3000', ' \u00a0', '\u00a0 '])('keeps the wider spaces of %j', (text) => {
    const made = one('2.5.4.3', TAG.utf8String, Buffer.from(text));
    expect(toHex(der(nameText(name(made))))).toBe(toHex(made));
  });

  test('shows characters that would hide or turn the text as escapes', () => {
    const trick = one('2.5.4.3', TAG.utf8String, Buffer.from('a\u202Eb\0c\u200Dd\n'));
    expect(nameText(name(trick))).toBe('CN=a\\E2\\80\\AEb\\00c\\E2\\80\\8Dd\\0A');
  });

  test.each([
    ['PrintableString', TAG.printableString, Buffer.from('alice'), 'CN=alice'],
    ['BMPString', TAG.bmpString, Buffer.from([0, 0x5a, 0x01, 0x7b]), 'CN=ZŻ'],
    ['TeletexString', TAG.teletexString, Buffer.from([0x5a, 0xeb]), 'CN=Zë'],
    ['UniversalString', TAG.universalString, Buffer.from([0, 1, 0xf3, 0x75]), 'CN=🍵'],
    ['UTF8String that is none', TAG.utf8String, Buffer.from([0xff]), 'CN=#0c01ff'],
    ['a number', TAG.integer, Buffer.from([7]), 'CN=#020107'],
    ['an odd BMPString', TAG.bmpString, Buffer.from([0]), 'CN=#1e0100'],
  ])('as %s is shown', (_, tag, value, expected) => {
    expect(nameText(name(one('2.5.4.3', tag, value)))).toBe(expected);
  });
});

describe('addresses', () => {
  test.each([
    ['127.0.0.1', '7f000001', '127.0.0.1'],
    ['::1', '0'.repeat(31) + '1', '::1'],
    ['::', '0'.repeat(32), '::'],
    ['2001:db8::ff00:42:8329', '20010db8000000000000ff0000428329', '2001:db8::ff00:42:8329'],
    ['2001:0DB8:0:0:1:0:0:1', '20010db8000000000001000000000001', '2001:db8::1:0:0:1'],
    ['1:0:3:4:5:6:7:8', '00010000000300040005000600070008', '1:0:3:4:5:6:7:8'],
    ['1::', '00010000000000000000000000000000', '1::'],
    ['::ffff:10.0.0.1', '00000000000000000000ffff0a000001', '::ffff:a00:1'],
    ['64:ff9b::1.2.3.4', '0064ff9b000000000000000001020304', '64:ff9b::102:304'],
  ])('%s', (text, hex, canonical) => {
    const bytes = addressBytes(text);
    expect(bytes && toHex(bytes)).toBe(hex);
    expect(bytes && addressText(bytes)).toBe(canonical);
  });

  test.each([
    '1.2.3',
    '1.2.3.256',
    '01.2.3.4',
    '1.2.3.4.5',
    '::1::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '12345::',
    ':::',
    ':1',
    '1:',
    'g::',
    '1.2.3.4::',
    '',
  ])('%j is none', (text) => {
    expect(addressBytes(text)).toBeNull();
  });
});

describe('alternative names', () => {
  const again = (text: string) => {
    const made = generalNameDer(text);
    return made.ok ? generalNameText(generalName(onlyElement(made.value, 'a name'))) : made.error.kind;
  };
  test.each([
    ['localhost', 'DNS:localhost'],
    ['*.example.org', 'DNS:*.example.org'],
    ['dns:a.b', 'DNS:a.b'],
    ['127.0.0.1', 'IP:127.0.0.1'],
    ['IP:::1', 'IP:::1'],
    ['::1', 'IP:::1'],
    ['email:a@b.ch', 'email:a@b.ch'],
    ['URI:https://b.ch/a', 'URI:https://b.ch/a'],
    ['münchen.test', 'badAltName'],
    ['two words', 'badAltName'],
    ['IP:1.2.3', 'badAltName'],
    ['email:nobody', 'badAltName'],
    ['URI:nothing', 'badAltName'],
    ['', 'badAltName'],
    ['-a.b', 'badAltName'],
    [`${'a'.repeat(64)}.b`, 'badAltName'],
  ])('%j is %s', (text, expected) => {
    expect(again(text)).toBe(expected);
  });
});
