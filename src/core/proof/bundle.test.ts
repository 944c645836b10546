import { zipSync, unzipSync, strToU8 } from 'fflate';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeBundle, proofFiles } from './bundle.ts';
import { aRun, withRecord } from './fixtures/run.ts';
import type { Proof } from './proof.ts';
import { BUNDLE_LIMITS, readBundle } from './read-bundle.ts';

const RUN = aRun();
const PREDICTION = {
  ...{ lesson: 'Strangers', question: 'Who notices?', choices: ['The client', 'The desk \u202e'] },
  ...{ predicted: 2, happened: 1 },
};
const PROOF: Proof = { run: RUN, loaded: { client: [], server: [], crls: [] }, predictions: [PREDICTION] };
const textOf = (path: string, proof = PROOF) =>
  new TextDecoder().decode(proofFiles(proof).find((file) => file.path === path)?.bytes);
const zip = (files: Readonly<Record<string, string>>) =>
  zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)])));
const why = (bytes: Uint8Array) => {
  const read = readBundle(bytes);
  return read.ok ? '' : read.error.kind;
};

describe('a bundle', () => {
  test('holds every file once, each with its check sum, and no private key', () => {
    const paths = proofFiles(PROOF).map(({ path }) => path);
    expect(paths).toEqual([
      ...['README.txt', 'capture.pcapng', 'keys.log', 'run.json', 'ladder.svg', 'predictions.txt', 'predictions.json'],
      ...['certificates/server-1.pem', 'certificates/server-2.pem', 'certificates/client-1.pem'],
      ...['reproduce.sh', 'SHA256SUMS'],
    ]);
    expect(textOf('SHA256SUMS').trim().split('\n')).toHaveLength(paths.length - 1);
    for (const { bytes } of proofFiles(PROOF))
      expect(new TextDecoder('latin1').decode(bytes)).not.toMatch(/-----BEGIN [A-Z ]*PRIVATE KEY/);
  });

  test('says what was predicted and what happened, in words that hide nothing', () => {
    expect(textOf('predictions.txt')).toContain('predicted: 2. The desk \\u202e');
    expect(textOf('predictions.txt')).toContain('happened:  1. The client');
  });

  test('says why a run cannot be played again', () => {
    expect(textOf('reproduce.sh', { ...PROOF, loaded: null })).toContain('is not known any more');
  });

  test('reads back as it was written', () => {
    const read = readBundle(makeBundle(PROOF));
    if (!read.ok) throw new Error(read.error.why);
    const { captures, problems, predictions, readme, script } = read.value;
    expect(problems).toEqual([]);
    expect(captures).toEqual(proofFiles(PROOF).filter(({ path }) => path === 'capture.pcapng'));
    expect(predictions).toEqual([PREDICTION]);
    expect(readme).toBe(textOf('README.txt'));
    expect(script).toBe(textOf('reproduce.sh'));
    const changed = readBundle(makeBundle({ ...PROOF, run: withRecord(RUN, 8, { delivered: Uint8Array.of(1) }) }));
    expect(changed.ok && changed.value.captures.map(({ path }) => path)).toEqual([
      ...['capture-client-side.pcapng', 'capture-server-side.pcapng'],
    ]);
  });
});

describe('what is no bundle, or not a whole one, ends in a sentence', () => {
  test.each([
    ['nothing', new Uint8Array(), 'notAZip'],
    ['half of one', makeBundle(PROOF).subarray(0, 3000), 'notAZip'],
    ['a zip of something else', zip({ 'word/document.xml': '<w/>' }), 'noCapture'],
    ['a zip whose capture lies elsewhere', zip({ '../capture.pcapng': 'x', 'a/capture.pcapng': 'x' }), 'noCapture'],
    ['an empty zip', zip({}), 'noCapture'],
    ['a file beyond every limit', new Uint8Array(BUNDLE_LIMITS.bytes + 1), 'tooLarge'],
  ])('%s', (_name, bytes, kind) => {
    expect(why(bytes)).toBe(kind);
  });

  test('a bomb is told before it is unpacked', () => {
    const bomb = zipSync({ 'capture.pcapng': new Uint8Array(BUNDLE_LIMITS.unpackedBytes + 1) });
    expect(bomb.length).toBeLessThan(200_000);
    expect(why(bomb)).toBe('tooLarge');
  });

  test('a bomb that lies about its size gets no more room than it announced', () => {
    const bomb = zipSync({ 'capture.pcapng': new Uint8Array(30_000_000) });
    const view = new DataView(bomb.buffer, bomb.byteOffset, bomb.byteLength);
    for (let at = 0; at + 28 < bomb.length; at++) {
      if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 24, 100, true); // size in the directory
      if (view.getUint32(at, true) === 0x04034b50) view.setUint32(at + 22, 100, true);
    }
    const read = readBundle(bomb);
    if (read.ok) expect(read.value.captures[0]?.bytes.length).toBeLessThanOrEqual(100);
  });

  test('a file that is not as its check sum says is named', () => {
    const files = { ...unzipSync(makeBundle(PROOF)), 'keys.log': strToU8('CLIENT_RANDOM 00 00\n') };
    const read = readBundle(zipSync(files));
    expect(read.ok && read.value.problems).toEqual([
      'keys.log is not as its check sum says: it was damaged or changed.',
    ]);
    const bare = readBundle(zip({ 'capture.pcapng': 'x', 'predictions.json': '{"predictions":[5]}' }));
    expect(bare.ok && bare.value.problems).toHaveLength(2);
  });

  test('no bytes make it throw', () => {
    const whole = makeBundle(PROOF);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 8 }), (changes) => {
        const bytes = whole.slice();
        for (const [at, value] of changes) bytes[at] = value;
        readBundle(bytes);
        readBundle(bytes.subarray(0, changes[0]?.[0] ?? 0));
      }),
      { numRuns: 60 },
    );
  });
});
