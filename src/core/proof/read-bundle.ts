/** Reading a proof bundle back. Anybody may have made the file: every size is bounded before a byte is unpacked. */
import { unzipSync } from 'fflate';
import * as v from 'valibot';
import { toHex } from '../bytes/hex.ts';
import { done, refused, type Result } from '../bytes/result.ts';
import { shownUtf8 } from '../bytes/utf8.ts';
import { HASHES } from '../primitives/hash.ts';
import type { Prediction, ProofFile } from './proof.ts';

/** More than any run of the stage has: its log ends at two megabytes. */
export const BUNDLE_LIMITS = {
  /** of the zip */
  bytes: 32 * 1024 * 1024,
  files: 200,
  /** of all files, unpacked */
  unpackedBytes: 64 * 1024 * 1024,
} as const;

export interface Bundle {
  /** at least one */
  readonly captures: readonly ProofFile[];
  readonly keyLogs: readonly ProofFile[];
  readonly readme: string | null;
  readonly script: string | null;
  readonly predictions: readonly Prediction[];
  readonly certificates: readonly ProofFile[];
  /** what is not as the bundle itself says, one sentence each */
  readonly problems: readonly string[];
}

/** The files that are read; whatever else lies in the zip is not unpacked. */
const KNOWN = new RegExp(
  [
    ...['README\\.txt', 'SHA256SUMS', 'reproduce\\.sh', 'predictions\\.json', 'run\\.json', 'crl\\.pem'],
    ...['capture(-(client|server)-side)?\\.pcapng', 'keys(-(client|server)-side)?\\.log'],
    'certificates/[a-z0-9-]{1,60}\\.pem',
  ]
    .map((pattern) => `^${pattern}$`)
    .join('|'),
);

/**
 * @param bytes of a zip
 * @returns the bundle; else `tooLarge`, `notAZip` or `noCapture`, with one plain sentence
 */
export function readBundle(bytes: Uint8Array): Result<Bundle> {
  if (bytes.length > BUNDLE_LIMITS.bytes) return refused('tooLarge', 'It is larger than any proof bundle.');
  const unpacked = unpack(bytes);
  if (!unpacked.ok) return unpacked;
  const files = unpacked.value;
  const captures = files.filter(({ path }) => path.startsWith('capture'));
  if (captures.length === 0)
    return refused('noCapture', 'It is a zip archive, but no proof bundle: there is no capture.pcapng in it.');
  const text = (wanted: string) => {
    const file = files.find(({ path }) => path === wanted);
    return file ? shownUtf8(file.bytes) : null;
  };
  const predictions = predictionsIn(text('predictions.json'));
  return done({
    captures,
    keyLogs: files.filter(({ path }) => path.startsWith('keys')),
    readme: text('README.txt'),
    script: text('reproduce.sh'),
    predictions: predictions ?? [],
    certificates: files.filter(({ path }) => path.startsWith('certificates/')),
    problems: [
      ...sumProblems(files, text('SHA256SUMS')),
      ...(predictions === null ? ['Its predictions cannot be read.'] : []),
    ],
  });
}

function unpack(bytes: Uint8Array): Result<ProofFile[]> {
  const wanted: { readonly path: string; readonly size: number }[] = [];
  let isTooLarge = false;
  let total = 0;
  try {
    const found = unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        if (isTooLarge || !KNOWN.test(name)) return false;
        total += originalSize;
        wanted.push({ path: name, size: originalSize });
        isTooLarge = total > BUNDLE_LIMITS.unpackedBytes || wanted.length > BUNDLE_LIMITS.files;
        return !isTooLarge;
      },
    });
    if (isTooLarge) return refused('tooLarge', 'Unpacked it would be larger than any proof bundle.');
    // A file that inflates to another size than was announced is cut there by the reader.
    return done(wanted.flatMap(({ path }) => (found[path] ? [{ path, bytes: found[path] }] : [])));
  } catch {
    return refused('notAZip', 'It begins like a zip archive, but is damaged: it cannot be unpacked.');
  }
}

const SUM = /^([0-9a-f]{64}) [ *](.+)$/;

function sumProblems(files: readonly ProofFile[], sums: string | null): string[] {
  if (sums === null) return ['It has no check sums, so nobody can tell whether it was damaged.'];
  const known = new Map(
    sums.split('\n').flatMap((line) => {
      const [, sum, path] = SUM.exec(line.trim()) ?? [];
      return sum !== undefined && path !== undefined ? [[path, sum] as const] : [];
    }),
  );
  return files
    .filter(({ path }) => path !== 'SHA256SUMS')
    .filter(({ path, bytes }) => known.get(path) !== toHex(HASHES.SHA256.digest(bytes)))
    .map(({ path }) => `${path} is not as its check sum says: it was damaged or changed.`);
}

const Text = v.pipe(v.string(), v.maxLength(2000));
const Number = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100));
const Predictions = v.object({
  predictions: v.pipe(
    v.array(
      v.object({
        ...{ lesson: Text, question: Text },
        choices: v.pipe(v.array(Text), v.maxLength(20)),
        ...{ predicted: Number, happened: v.nullable(Number) },
      }),
    ),
    v.maxLength(100),
  ),
});

/** null: they are there, but not readable */
function predictionsIn(text: string | null): readonly Prediction[] | null {
  if (text === null) return [];
  try {
    const parsed = v.safeParse(Predictions, JSON.parse(text));
    return parsed.success ? parsed.output.predictions : null;
  } catch {
    return null;
  }
}
