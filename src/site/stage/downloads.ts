/** The files that can be made of a run, in words, and the making of them. What makes them is loaded when there is a run. */
import type { Run } from '$core/bridge/run.ts';
import type { Download, DownloadKind } from '$core/proof/downloads.ts';
import { world } from '$site/state/world.svelte.ts';

export const WORDS: readonly {
  readonly kind: DownloadKind;
  readonly title: string;
  readonly text: string;
  /** on its button */
  readonly action: string;
}[] = [
  {
    kind: 'capture',
    title: 'Capture (pcapng)',
    text: 'Every record with its time, and the secrets inside: Wireshark opens it and reads along.',
    action: 'Save the capture',
  },
  {
    kind: 'keys',
    title: 'Key log',
    text: 'The secrets alone, in the format of SSLKEYLOGFILE: with it anybody can read a recording of this run.',
    action: 'Save the key log',
  },
  {
    kind: 'json',
    title: 'JSON',
    text: 'What trustwalk inspect --json prints, and beside it what both programs said of themselves.',
    action: 'Save the JSON',
  },
  {
    kind: 'ladder',
    title: 'Picture (SVG)',
    text: 'The ladder: one line for each record, to put on a slide or in a report. It holds no secrets.',
    action: 'Save the picture',
  },
  {
    kind: 'bundle',
    title: 'Proof bundle (zip)',
    text: 'All of this, with the certificates, your predictions, and a script that plays the run again with openssl.',
    action: 'Save the bundle',
  },
];

const parts = () => Promise.all([import('$core/proof/downloads.ts'), import('$site/state/predictions.ts')]);

/** Fetches what makes files, so that they can be made while the server is away. */
export function prepareDownloads(): void {
  parts().catch(() => undefined); // asked again when a file is wished for, and told then
}

export type Made =
  { readonly kind: 'made'; readonly files: readonly Download[] } | { readonly kind: 'failed'; readonly text: string };

/** Makes the files of one kind. Never rejects. */
export async function makeDownloads(kind: DownloadKind, run: Run): Promise<Made> {
  try {
    const [{ downloadsOf }, { predictionsOf }] = await parts();
    const predictions = await predictionsOf(run);
    const loaded = world.current.loaded[run.label] ?? null;
    return { kind: 'made', files: downloadsOf(kind, { run, loaded, predictions }) };
  } catch (error) {
    return { kind: 'failed', text: error instanceof Error ? error.message : String(error) };
  }
}
