/** Proof bundles that were opened: a zip with captures of one run, and what belongs to them. */
import type { Prediction } from '$core/proof/proof.ts';

export interface OpenProof {
  readonly name: string;
  /** one, or those of the client's and the server's side */
  readonly captures: readonly File[];
  readonly readme: string | null;
  /** commands that play the run again */
  readonly script: string | null;
  readonly predictions: readonly Prediction[];
  readonly problems: readonly string[];
}

const reading = () => import('$core/proof/read-bundle.ts');

/** Fetches what reads bundles. From then on no server is needed. */
export function prepareProofs(): void {
  reading().catch(() => undefined); // asked again when a bundle comes
}

/** @returns the bundle, or one sentence about why it cannot be opened; never rejects */
export async function openProof(file: File): Promise<OpenProof | string> {
  try {
    const { BUNDLE_LIMITS, readBundle } = await reading();
    if (file.size > BUNDLE_LIMITS.bytes) return 'It is a zip archive, and larger than any proof bundle.';
    const read = readBundle(new Uint8Array(await file.arrayBuffer()));
    if (!read.ok) return read.error.why;
    const { captures, readme, script, predictions, problems } = read.value;
    const files = captures.map(({ path, bytes }) => {
      const name = captures.length === 1 ? file.name : `${file.name}: ${path}`;
      return new File([bytes as Uint8Array<ArrayBuffer>], name); // unpacked here: no memory is shared
    });
    return { name: file.name, captures: files, readme, script, predictions, problems };
  } catch (error) {
    return `It could not be read: ${error instanceof Error ? error.message : String(error)}.`;
  }
}
