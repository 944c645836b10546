import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { ENDINGS } from './site.ts';

/** Text that shrinks; fonts and pictures are compressed as they are, and nobody waits for a source map. */
const SHRINKS = /\.(html|js|css|svg|json|txt)$/;

/** Writes a `.br` and a `.gz` beside every file of a built site that gets smaller by it, so that starting stays fast. */
export function compressFolder(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!SHRINKS.test(entry)) continue;
    const path = join(folder, entry);
    const bytes = readFileSync(path);
    const copies = {
      br: brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }),
      gzip: gzipSync(bytes, { level: 9 }),
    };
    for (const encoding of ['br', 'gzip'] as const) {
      if (copies[encoding].length < bytes.length) writeFileSync(path + ENDINGS[encoding], copies[encoding]);
    }
  }
}
