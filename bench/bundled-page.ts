/** A script of a bench for a page, built as the site is. */
import { existsSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { build } from 'vite';

export interface BundledPage {
  /** to be removed afterwards */
  readonly folder: string;
  readonly script: string;
  /** null: it has none */
  readonly style: string | null;
}

/** @param entry its path under bench/: `hex/page.ts` */
export async function bundledPage(entry: string): Promise<BundledPage> {
  const root = process.cwd();
  const folder = mkdtempSync(join(root, 'node_modules/.cache/trustwalk/bench-page-'));
  await build({
    configFile: false,
    root,
    logLevel: 'warn',
    plugins: [svelte({ configFile: false })],
    resolve: { alias: { $core: join(root, 'src/core'), $site: join(root, 'src/site') } },
    build: {
      outDir: folder,
      target: 'es2023',
      cssCodeSplit: false,
      lib: {
        entry: join(root, 'bench', entry),
        formats: ['iife'],
        name: 'page',
        fileName: 'page',
        cssFileName: 'page',
      },
    },
  });
  const style = join(folder, 'page.css');
  return { folder, script: join(folder, 'page.iife.js'), style: existsSync(style) ? style : null };
}
