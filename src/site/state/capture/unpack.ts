/** The bytes of a file, unpacked where it is compressed with gzip. */
import { joined } from '$core/bytes/reader.ts';

export interface Unpacked {
  readonly bytes: Uint8Array;
  /** there are more bytes than were wished for; {@link bytes} is empty then */
  readonly isTooLarge: boolean;
  /** the compressed data break off, or do not fit their check sum; {@link bytes} has what came before */
  readonly isDamaged: boolean;
}

const GZIP = [0x1f, 0x8b];
const TOO_LARGE = { bytes: new Uint8Array(), isTooLarge: true, isDamaged: false } as const;

/** @param most bytes, after unpacking: a small file may unpack to a huge one */
export async function unpacked(file: Blob, most: number): Promise<Unpacked> {
  const head = new Uint8Array(await file.slice(0, GZIP.length).arrayBuffer());
  if (GZIP.every((byte, index) => head.at(index) === byte)) return inflate(file, most);
  if (file.size > most) return TOO_LARGE;
  return { bytes: new Uint8Array(await file.arrayBuffer()), isTooLarge: false, isDamaged: false };
}

async function inflate(file: Blob, most: number): Promise<Unpacked> {
  const parts: Uint8Array[] = [];
  let [size, isDamaged] = [0, false];
  const stream = file.stream().pipeThrough(new DecompressionStream('gzip')).getReader();
  try {
    for (let next = await stream.read(); !next.done; next = await stream.read()) {
      size += next.value.length;
      if (size > most) {
        await stream.cancel();
        return TOO_LARGE;
      }
      parts.push(next.value);
    }
  } catch {
    isDamaged = true; // the only failure of a stream of a file that is there
  }
  return { bytes: joined(parts), isTooLarge: false, isDamaged };
}
