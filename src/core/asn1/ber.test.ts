import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { hasProgram } from '../../../tests/programs.ts';
import { piecesJoined, withDefiniteLengths } from './ber.ts';

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const STREAM = '30 80  24 80 04 02 61 62 04 01 63 00 00  30 80 02 01 05 00 00  00 00';

test('lengths that an end mark tells become lengths that are told, strings in pieces become one', () => {
  expect(Buffer.from(withDefiniteLengths(bytes(STREAM))).toString('hex')).toBe('300a0403616263' + '3003020105');
  expect(piecesJoined(bytes('04 01 01 04 02 02 03'))).toEqual(bytes('010203'));
});

test.skipIf(!hasProgram('openssl'))('openssl reads the same values from both', () => {
  const values = (der: Uint8Array) =>
    execFileSync('openssl', ['asn1parse', '-inform', 'DER'], { input: der, encoding: 'utf8' })
      .split('\n')
      .flatMap((line) => /(INTEGER\s+:\S+|OCTET STRING\s+:\S+)/.exec(line)?.[1] ?? []);
  expect(values(bytes(STREAM))).toEqual([
    expect.stringMatching(/OCTET STRING\s+:ab/),
    expect.stringMatching(/OCTET STRING\s+:c/),
    expect.stringMatching(/INTEGER\s+:05/),
  ]);
  expect(values(withDefiniteLengths(bytes(STREAM)))).toEqual([
    expect.stringMatching(/OCTET STRING\s+:abc/),
    expect.stringMatching(/INTEGER\s+:05/),
  ]);
});

test('what is DER, or cannot be read, stays as it is', () => {
  const kept = [
    '30 03 02 01 05',
    '',
    '30',
    '30 80',
    '30 80 02 01',
    '30 80 02 05 01 00 00',
    '04 80 00 00',
    '30 80 00 00 00',
  ];
  for (const hex of [...kept, `${'30 80 '.repeat(60)}${'00 00 '.repeat(60)}`]) {
    const one = bytes(hex);
    expect(withDefiniteLengths(one)).toBe(one);
  }
  const whole = bytes(STREAM);
  for (let end = 0; end < whole.length; end++) {
    const cut = whole.subarray(0, end);
    expect(withDefiniteLengths(cut)).toBe(cut);
  }
  expect(piecesJoined(bytes('02 01 05'))).toBe(null);
});
