/**
 * `npm run bench`: lists the benches. `npm run bench -- NAME…` runs some, one after the other. Plain JavaScript: it
 * bundles the others as the server is bundled, because what is measured is what users run.
 */
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
const bundle = `${root}node_modules/.cache/trustwalk/bench`;
const { dependencies, devDependencies } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

/** What runs on its own: this bundle's main file, and each process that a bench starts. */
function entries() {
  const files = readdirSync(`${root}bench`, { recursive: true }).filter((file) => file.endsWith('.process.ts'));
  return Object.fromEntries(['main.ts', ...files].map((file) => [file.slice(0, -3), `${root}bench/${file}`]));
}

rmSync(bundle, { recursive: true, force: true });
await build({
  configFile: false,
  root,
  logLevel: 'warn',
  resolve: { alias: { $core: `${root}src/core` } },
  ssr: {
    noExternal: true,
    external: [...Object.keys(dependencies), ...Object.keys(devDependencies)],
  },
  build: {
    ssr: true,
    outDir: bundle,
    target: 'node20',
    minify: false,
    rolldownOptions: {
      input: entries(),
      external: ['@sparticuz/chromium'], // only where no browser is installed
      checks: { pluginTimings: false },
      output: { entryFileNames: '[name].js', chunkFileNames: '[name].js' },
    },
  },
});
const { main } = await import(`${bundle}/main.js`);
process.exitCode = await main(process.argv.slice(2));
