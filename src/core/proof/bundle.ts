/** A proof bundle: all files of a run in one zip. */
import { zipSync, type Zippable } from 'fflate';
import { toHex } from '../bytes/hex.ts';
import { toUtf8 } from '../bytes/utf8.ts';
import { HASHES } from '../primitives/hash.ts';
import { capturesOf, keyLogsOf } from './capture.ts';
import { certificateFiles, certificatesOf } from './certificates.ts';
import { runJson } from './json.ts';
import { ladderOf } from './ladder.ts';
import type { Proof, ProofFile } from './proof.ts';
import { predictionFiles, readme } from './readme.ts';
import { reproduceScript } from './reproduce.ts';

/** A zip cannot tell of years before. */
const OLDEST_MS = 315_619_200_000; // 1980-01-02, whatever the time zone
const EXECUTABLE = 0o100755;
const PLAIN = 0o100644;
const UNIX = 3;

/** All files, `SHA256SUMS` last. */
export function proofFiles(proof: Proof): ProofFile[] {
  const { run, loaded, predictions } = proof;
  const crls = loaded?.crls ?? [];
  const certificates = certificatesOf(proof);
  const files = [
    ...capturesOf(run),
    ...keyLogsOf(run),
    runJson(proof),
    ladderOf(run),
    ...predictionFiles(predictions),
    ...certificateFiles(certificates),
    ...(crls.length > 0 ? [{ path: 'crl.pem', bytes: toUtf8(crls.join('')) }] : []),
    reproduceScript(proof, certificates),
  ];
  const paths = [...files.map(({ path }) => path), 'SHA256SUMS'];
  const all = [readme(proof, certificates, paths), ...files];
  return [...all, { path: 'SHA256SUMS', bytes: toUtf8(all.map(sumLine).join('')) }];
}

const sumLine = ({ path, bytes }: ProofFile): string => `${toHex(HASHES.SHA256.digest(bytes))}  ${path}\n`;

/** The bundle as a zip. Its times are that of the run, so the same proof has the same bytes. */
export function makeBundle(proof: Proof): Uint8Array {
  const mtime = Math.max(proof.run.startedAt, OLDEST_MS);
  const entries: Zippable = {};
  for (const { path, bytes } of proofFiles(proof)) {
    const mode = path.endsWith('.sh') ? EXECUTABLE : PLAIN;
    entries[path] = [bytes, { mtime, os: UNIX, attrs: mode * 2 ** 16 }];
  }
  return zipSync(entries);
}
