/** The files that a learner can take with them, one kind at a time. */
import { makeBundle } from './bundle.ts';
import { capturesOf, keyLogsOf } from './capture.ts';
import { runJson } from './json.ts';
import { ladderOf } from './ladder.ts';
import { fileStem } from './names.ts';
import type { Proof } from './proof.ts';

export const DOWNLOADS = ['capture', 'keys', 'json', 'ladder', 'bundle'] as const;
export type DownloadKind = (typeof DOWNLOADS)[number];

export interface Download {
  readonly name: string;
  readonly mime: string;
  readonly bytes: Uint8Array;
}

/** Mostly one file; two where the client's side and the server's differ, none where there is nothing to write. */
export function downloadsOf(kind: DownloadKind, proof: Proof): Download[] {
  const { run } = proof;
  const stem = fileStem(run);
  switch (kind) {
    case 'capture':
      return capturesOf(run).map(({ path, bytes }) => ({
        ...{ name: path.replace('capture', stem), bytes },
        mime: 'application/vnd.tcpdump.pcap',
      }));
    case 'keys':
      return keyLogsOf(run).map(({ path, bytes }) => ({ name: `${stem}-${path}`, bytes, mime: 'text/plain' }));
    case 'json':
      return [{ name: `${stem}.json`, bytes: runJson(proof).bytes, mime: 'application/json' }];
    case 'ladder':
      return [{ name: `${stem}.svg`, bytes: ladderOf(run).bytes, mime: 'image/svg+xml' }];
    case 'bundle':
      return [{ name: `${stem}.zip`, bytes: makeBundle(proof), mime: 'application/zip' }];
  }
}
