/**
 * The built site as a map from URL path to bytes, read once at start. A request is looked up in it and nothing else:
 * no path is joined, decoded or opened for a request, so there is no way to spell one that leaves the site.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { StartError } from '../start-error.ts';

export interface Asset {
  readonly type: string;
  readonly cacheControl: string;
  /** strong validator, with its quotes */
  readonly etag: string;
  readonly bytes: Buffer;
  /** the same bytes compressed at build time, where that was worth it */
  readonly compressed: Readonly<Partial<Record<Encoding, Buffer>>>;
}

export type Encoding = 'br' | 'gzip';
export type Site = ReadonlyMap<string, Asset>;

/** Endings of the files that `precompress` writes beside the built ones. */
export const ENDINGS = { br: '.br', gzip: '.gz' } as const satisfies Record<Encoding, string>;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.map': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
};

/**
 * Reads a built site. `index.html` is at `/`.
 *
 * @param folder that `vite build` wrote
 * @throws StartError when there is no site in it
 */
export function readSite(folder: string): Site {
  const files = new Map<string, Buffer>();
  for (const path of filesOf(folder)) files.set(`/${relative(folder, path).split(sep).join('/')}`, readFileSync(path));
  const site = new Map<string, Asset>();
  for (const [path, bytes] of files) {
    const type = TYPES[extname(path)];
    if (type !== undefined) site.set(path === '/index.html' ? '/' : path, asset(path, type, bytes, files));
  }
  if (!site.has('/')) throw new StartError(`There is no built site in ${folder}. Run: npm run build`);
  return site;
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  } catch {
    throw new StartError(`There is no built site in ${folder}. Run: npm run build`);
  }
}

function asset(path: string, type: string, bytes: Buffer, files: ReadonlyMap<string, Buffer>): Asset {
  const br = files.get(path + ENDINGS.br);
  const gzip = files.get(path + ENDINGS.gzip);
  // Vite puts a hash of the content into the name of everything in /assets/.
  const isHashed = path.startsWith('/assets/');
  return {
    type,
    bytes,
    cacheControl: isHashed ? 'public, max-age=31536000, immutable' : 'no-store',
    etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
    compressed: { ...(br && { br }), ...(gzip && { gzip }) },
  };
}

/**
 * The encoding to send: the smallest that the asset has and the browser takes.
 *
 * @param accepts the Accept-Encoding header; a coding with `q=0` is refused (RFC 9110 §12.5.3)
 */
export function encodingFor(asset: Asset, accepts: string): Encoding | null {
  const taken = new Set(
    accepts
      .split(',')
      .map((part) =>
        part
          .trim()
          .toLowerCase()
          .split(/\s*;\s*/),
      )
      .filter(([, weight]) => !/^q=0(\.0*)?$/.test(weight ?? ''))
      .map(([coding]) => coding),
  );
  return (['br', 'gzip'] as const).find((encoding) => asset.compressed[encoding] && taken.has(encoding)) ?? null;
}
