/**
 * Where fields begin, beside what others say: each edge between two leaves of ours is an edge that tshark sees, or
 * that `openssl asn1parse` sees inside certificates. And proof that this would tell: with the reader made to take one
 * byte more or less at any single place, the comparison fails.
 */
import { execFileSync } from 'node:child_process';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { hasProgram } from '../../../tests/programs.ts';
import { Reader } from '../bytes/reader.ts';
import { dissect } from './dissect.ts';
import type { Field } from './dissection.ts';
import tls12 from './fixtures/tls12-messages.json' with { type: 'json' };
import { edgesOf, HEADERS, SAMPLES, startsOf, tsharkFields } from '../../../tests/tshark-fields.ts';
import { whole, type Env } from './format/format.ts';
import { leavesOf } from './format/tree.ts';
import { CERTIFICATE } from './messages/der.ts';
import { readMessage } from './messages/handshake.ts';

vi.setConfig({ testTimeout: 60_000 });
afterEach(() => vi.restoreAllMocks());

describe.skipIf(!hasProgram('tshark'))('the edges of leaves are where tshark sees edges', () => {
  const HELLOS = SAMPLES.slice(0, 2);
  test.each(HELLOS.map((sample) => [sample.name, sample] as const))(
    '%s: a reader that takes one byte too many or too few anywhere is caught',
    (_name, { chunks, keyLog }) => {
      const dissection = dissect(chunks, keyLog);
      const seen = tsharkFields(dissection, keyLog);
      let mutants = 0;
      for (const { index, wire, protection, contentType } of dissection.records) {
        const own = dissection.messages.filter(({ records }) => records.includes(index));
        if (protection !== 'clear' || contentType !== 22 || own.length !== 1) continue;
        const bytes = dissection.buffers[wire] ?? new Uint8Array();
        const theirs = edgesOf(seen[index] ?? [], HEADERS);
        const env: Env = { source: '', message: '', version: 0x0303, keyExchange: 'ECDHE' };
        const read = () => {
          const tree = readMessage(new Reader(bytes, 0, 5), env);
          return Object.assign(startsOf(tree), { broken: leavesOf(tree).filter(({ problem }) => problem).length });
        };
        const right = read();
        const excused = new Set(right.map(({ start }) => start).filter((start) => !theirs.has(start)));
        const isCaught = (starts: typeof right): boolean => {
          const ours = new Set(starts.map(({ start }) => start));
          const isStrange = [...ours].some((start) => !theirs.has(start) && !excused.has(start));
          return (
            isStrange ||
            starts.broken > right.broken ||
            right.some(({ start }) => theirs.has(start) && !ours.has(start))
          );
        };
        for (const [at, wrong] of mutantsOf(read)) {
          if (JSON.stringify(wrong) === JSON.stringify(right)) continue; // it took from an end where nothing was left
          mutants += 1;
          if (isCaught(wrong) || isDer(wrong, right)) continue;
          const differs = right.findIndex(({ name, start }, i) => wrong[i]?.name !== name || wrong[i].start !== start);
          expect({
            record: index,
            at,
            wrong: wrong.slice(differs - 1, differs + 3),
            right: right.slice(differs - 1, differs + 3),
          }).toBe('caught');
        }
      }
      expect(mutants).toBeGreaterThan(80);
    },
  );
});

/** Inside certificates openssl is the judge. */
const isDer = (
  wrong: readonly { name: string; start: number }[],
  right: readonly { name: string; start: number }[],
) => {
  const first = right.findIndex(
    ({ name, start }, index) => wrong[index]?.name !== name || wrong[index].start !== start,
  );
  const before = right[Math.max(first - 1, 0)];
  return before !== undefined && ['tag and length', 'contents', 'unused bits'].includes(before.name);
};

/** What comes out when one single step of the reader is a byte longer, or shorter. */
function* mutantsOf<T>(read: () => T): Generator<[string, T]> {
  const skip = Reader.prototype.skip;
  let [steps, wrong, by] = [0, -1, 0];
  vi.spyOn(Reader.prototype, 'skip').mockImplementation(function (this: Reader, count: number) {
    const isWrong = steps++ === wrong && count + by >= 0;
    skip.call(this, isWrong ? count + by : count);
  });
  read();
  const all = steps;
  for (wrong = 0; wrong < all; wrong++) {
    for (by of [1, -1]) {
      steps = 0;
      yield [`${wrong}${by > 0 ? ' longer' : ' shorter'}`, read()];
    }
  }
  vi.restoreAllMocks();
}

describe.skipIf(!hasProgram('openssl'))('the edges of DER are where openssl asn1parse sees them', () => {
  const certificates = tls12.certificates.map((hex) => Buffer.from(hex, 'hex'));

  /** Offsets of headers, of contents and of ends; with `inside`, of what the string at this offset holds. */
  function asn1parse(der: Buffer, inside?: number): Set<number> {
    const more = inside === undefined ? [] : ['-strparse', String(inside)];
    const text = execFileSync('openssl', ['asn1parse', '-inform', 'DER', ...more], { input: der }).toString();
    return new Set(
      [...text.matchAll(/^ *(\d+):d=\d+ +hl=(\d+) l= *(\d+)/gm)].flatMap(([, at, header, length]) => {
        const [start, content] = [Number(at), Number(at) + Number(header)];
        return [start, content, content + Number(length)];
      }),
    );
  }

  test.each(certificates.map((der, index) => [index, der] as const))('certificate %i', (_index, der) => {
    const env: Env = { source: '', message: '', version: 0, keyExchange: 'other' };
    const fields: Field[] = [];
    whole(CERTIFICATE, new Reader(der), env, fields);
    const edges = asn1parse(der);
    const strings: Field[] = [];
    const walk = (field: Field): void => {
      const last = field.children.at(-1);
      if (last && last.children.length > 0 && / STRING/.test(field.children[0]?.value ?? '')) strings.push(field);
      field.children.forEach(walk);
    };
    fields.forEach(walk);
    expect(strings.length).toBeGreaterThan(0);
    for (const { range, children } of strings) {
      const held = children.at(-1)!.range.start;
      for (const edge of asn1parse(der, range.start)) edges.add(held + edge);
    }
    const bits = fields.flatMap(leavesOf).filter(({ name }) => name === 'unused bits');
    for (const { range } of bits) edges.add(range.end);
    const unseen = fields.flatMap(startsOf).filter(({ start }) => !edges.has(start));
    expect(unseen).toEqual([]);
    const starts = new Set(fields.flatMap(leavesOf).flatMap(({ range }) => [range.start, range.end]));
    expect([...edges].filter((edge) => !starts.has(edge))).toEqual([]);
  });
});
