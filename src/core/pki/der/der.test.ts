import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TAG } from '../../asn1/tag.ts';
import { isoTime } from '../../asn1/time.ts';
import * as write from '../../asn1/write.ts';
import { fromHex, toHex } from '../../bytes/hex.ts';
import { Reader } from '../../bytes/reader.ts';
import { DerReader, onlyElement, reading } from './read.ts';
import { bigInteger, bitStringBytes, integerBytes, oidText, optionalBoolean, setBits, smallInteger } from './values.ts';
import { timeMs } from './values.ts';

const bytes = (hex: string): Uint8Array => {
  const read = fromHex(hex);
  return read.ok ? read.value : expect.fail(read.error.why);
};
/** Words of the refusal, or the value. */
const read = <Value>(parse: () => Value): Value | string => {
  const result = reading(parse);
  return result.ok ? result.value : result.error.why;
};
const element = (hex: string) => onlyElement(bytes(hex), 'it');

describe('elements', () => {
  test('know their whole, their content and where they lie', () => {
    const inner = element('3006 020101 040107'.replaceAll(' ', '')).inside();
    const [number, text] = [inner.read('a number', TAG.integer), inner.read('bytes', TAG.octetString)];
    expect([number.at, toHex(number.whole), toHex(number.body)]).toEqual([2, '020101', '01']);
    expect([text.at, toHex(text.body), inner.isEmpty]).toEqual([5, '07', true]);
  });

  test.each([
    ['nothing', '', 'missing at byte 0'],
    ['a tag alone', '02', 'missing at byte 0'],
    ['a length beyond the end', '020301', 'claims 3 bytes, and only 1 are left'],
    ['indefinite length', '30800000', 'BER, not DER'],
    ['a long length that could be short', '04810101', 'shortest way'],
    ['a length with a leading zero', '0482008000', 'shortest way'],
    ['a length of five bytes', '04850000000001', 'impossible'],
    ['a length of 4 GiB', '0484ffffffff00', 'claims 4294967295 bytes'],
    ['a long tag', '1f8101', 'longer than X.509'],
    ['bytes that follow', '02010100', 'more bytes follow'],
  ])('%s is refused', (_, hex, why) => {
    expect(read(() => element(hex))).toContain(why);
  });

  test('another tag than the schema wants is refused with its place', () => {
    expect(read(() => onlyElement(bytes('0401ff'), 'a number', TAG.integer))).toContain(
      'byte 0, but there is tag 0x04',
    );
  });

  test('a count has a limit', () => {
    const reader = new DerReader(new Reader(bytes('0500'.repeat(11))));
    expect(read(() => reader.all('nulls', 10, TAG.null))).toContain('more than 10');
  });
});

describe('values', () => {
  test.each([
    ['020100', 0],
    ['02017f', 127],
    ['02020080', 128],
    ['02047fffffff', 0x7fffffff],
  ])('%s is the number %i', (hex, value) => {
    expect(smallInteger(element(hex), 'it')).toBe(value);
    expect(bigInteger(element(hex), 'it')).toBe(BigInt(value));
    expect(toHex(write.integer(value))).toBe(hex);
  });

  test.each([
    ['an empty number', '0200', 'empty'],
    ['a needless zero', '0202007f', 'needless'],
    ['a needless sign', '0202ff80', 'needless'],
  ])('%s is refused', (_, hex, why) => {
    expect(read(() => integerBytes(element(hex), 'it'))).toContain(why);
  });

  test('negative and huge numbers are refused where small ones belong', () => {
    expect(read(() => smallInteger(element('0201ff'), 'it'))).toContain('out of range');
    expect(read(() => smallInteger(element('02050100000000'), 'it'))).toContain('out of range');
    expect(read(() => bigInteger(element('0201ff'), 'it'))).toContain('negative');
  });

  test('truth has two forms', () => {
    const truth = (hex: string) => read(() => optionalBoolean(new DerReader(new Reader(bytes(hex))), 'it'));
    expect([truth('0101ff'), truth('010100'), truth(''), truth('0201ff')]).toEqual([true, false, false, false]);
    expect(truth('010101')).toContain('neither true nor false');
    expect(truth('0100')).toContain('neither true nor false');
  });

  test('named bits', () => {
    expect(setBits(element('03020780'), 'it')).toEqual([0]);
    expect(setBits(element('030205a0'), 'it')).toEqual([0, 2]);
    expect(setBits(element('0303070080'), 'it')).toEqual([8]);
    expect(setBits(element('030100'), 'it')).toEqual([]);
    expect(read(() => setBits(element('0300'), 'it'))).toContain('unused');
    expect(read(() => setBits(element('03020880'), 'it'))).toContain('unused');
    for (const bits of [[], [0], [0, 2], [5, 6], [8], [0, 7, 8]]) {
      expect(setBits(onlyElement(write.namedBits(bits), 'it'), 'it')).toEqual(bits);
    }
  });

  test('keys and signatures are whole bytes', () => {
    expect(toHex(bitStringBytes(element('030300abcd'), 'it'))).toBe('abcd');
    expect(read(() => bitStringBytes(element('030201ab'), 'it'))).toContain('whole number of bytes');
    expect(read(() => bitStringBytes(element('0300'), 'it'))).toContain('whole number of bytes');
  });

  // openssl asn1parse -genstr OID:…
  test.each([
    ['06092a864886f70d01010b', '1.2.840.113549.1.1.11'],
    ['06032b6570', '1.3.101.112'],
    ['0603883703', '2.999.3'],
    ['06012a', '1.2'],
    ['060127', '0.39'],
    // a UUID as an OID, ITU-T X.667 section 8
    ['06146983f09da7ebcfdee0c7a1a7b2c0948cc8f9d776', '2.25.329800735698586629295641978511506172918'],
  ])('%s is the OID %s', (hex, dotted) => {
    expect(oidText(element(hex))).toBe(dotted);
    expect(toHex(write.oid(dotted))).toBe(hex);
  });

  test.each([
    ['an empty OID', '0600'],
    ['a cut OID', '060188'],
    ['a padded arc', '06032a8001'],
    ['an arc without end', `0620${'ff'.repeat(31)}7f`],
  ])('%s is refused', (_, hex) => {
    expect(read(() => oidText(element(hex)))).toMatch(/OID/);
  });
});

describe('times', () => {
  test('agree with the calendar for 500 years, both ways', () => {
    const second = fc.integer({ min: -631_152_000, max: 13_569_465_600 });
    fc.assert(
      fc.property(second, (seconds) => {
        const ms = seconds * 1000;
        expect(isoTime(ms)).toBe(new Date(ms).toISOString().replace('.000', ''));
        expect(timeMs(onlyElement(write.time(ms), 'it'), 'it')).toBe(ms);
      }),
    );
  });

  test('change from UTCTime to GeneralizedTime with 2050', () => {
    expect(onlyElement(write.time(Date.UTC(2049, 11, 31, 23, 59, 59)), 'it').tag).toBe(TAG.utcTime);
    expect(onlyElement(write.time(Date.UTC(2050, 0, 1)), 'it').tag).toBe(TAG.generalizedTime);
    expect(onlyElement(write.time(Date.UTC(1949, 11, 31)), 'it').tag).toBe(TAG.generalizedTime);
  });

  const utc = (text: string) =>
    read(() => timeMs(onlyElement(write.element(TAG.utcTime, Buffer.from(text)), 'it'), 'it'));
  test.each(['260229000000Z', '261301000000Z', '260132000000Z', '260101240000Z', '260101006000Z', '260100000000Z'])(
    '%s is no real time',
    (text) => {
      expect(utc(text)).toContain('no real date');
    },
  );
  test.each([
    '2601010000Z',
    '260101000000+0100',
    '260101000000',
    '26010100000Z',
    '26010100000aZ',
    `${'1'.repeat(300)}Z`,
  ])('%s is not how certificates write times', (text) => {
    expect(utc(text)).toContain('not a time');
  });
  test('29 February of a leap year is real', () => {
    expect(utc('240229000000Z')).toBe(Date.UTC(2024, 1, 29));
  });
});
