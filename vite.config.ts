import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';
import { buildStamp } from './server/build-plugin.ts';
import { devServer } from './server/dev.ts';
import { lessons } from './server/lessons-plugin.ts';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const { dependencies } = JSON.parse(readFileSync(at('package.json'), 'utf8')) as { dependencies: object };

/** On a busy machine the build would report how long its own parts took. */
const QUIET_CHECKS = { pluginTimings: false };

export default defineConfig({
  root: at('src/site'),
  cacheDir: at('node_modules/.vite'),
  publicDir: false,
  plugins: [
    svelte({ configFile: false }),
    lessons(at('lessons'), at('.')),
    buildStamp(at('dist/built')),
    devServer(at('server/behind-vite.ts')),
  ],
  resolve: { alias: { $core: at('src/core'), $site: at('src/site') } },
  server: { host: '127.0.0.1', port: 6227, strictPort: true, cors: false, fs: { allow: [at('.')] } },
  build: { assetsInlineLimit: 0, target: 'es2023', sourcemap: true, emptyOutDir: true },
  worker: { format: 'es' },
  builder: {}, // `vite build` builds both environments
  environments: {
    client: {
      build: {
        outDir: at('dist/site'),
        // One chunk for the first page: shared by many rooms, its parts would come as a dozen small files.
        rolldownOptions: {
          checks: QUIET_CHECKS,
          output: { codeSplitting: { groups: [{ name: 'first', tags: ['$initial'] }] } },
        },
      },
    },
    // The server's environment must be called ssr: under another name the default one is built as well.
    ssr: {
      // What only the build needs (the lesson parser) is bundled; run-time packages stay packages. Tests load all as they are.
      ...(process.env['VITEST'] ? {} : { resolve: { noExternal: true, external: Object.keys(dependencies) } }),
      build: {
        outDir: at('dist/server'),
        target: 'node20',
        minify: false,
        ssr: true,
        rolldownOptions: {
          checks: QUIET_CHECKS,
          input: { cli: at('server/cli/main.ts'), 'log-thread': at('server/log/log-thread.ts') },
          output: { entryFileNames: '[name].js', chunkFileNames: '[name].js' },
        },
      },
    },
  },
  test: {
    reporters: ['default', at('tests/reporter.ts')],
    // Most of the time a test waits for a browser, a server or a program: two at once even where there are two cores.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        extends: true,
        root: at('.'),
        // A busy machine takes a multiple of the usual time for keys and password hashes.
        test: { name: 'unit', include: ['src/core/**/*.test.ts', 'server/**/*.test.ts'], testTimeout: 20_000 },
      },
      {
        extends: true,
        root: at('.'),
        plugins: [svelteTesting()],
        test: { name: 'site', environment: 'jsdom', include: ['src/site/**/*.test.ts'] },
      },
      {
        extends: true,
        root: at('.'),
        // A browser, two programs and a server on a busy machine: a second try, which the reporter names.
        test: { name: 'e2e', include: ['tests/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000, retry: 1 },
      },
    ],
  },
});
