import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Plugin } from 'vite';
import { compressFolder } from './http/precompress.ts';

/**
 * Vite plugin for `vite build`: compresses the site, and leaves a stamp when both halves are built. The stamp carries
 * the time at which the build began, so a source that changed meanwhile counts as newer.
 *
 * @param stamp path of the file that `server/built.js` looks at
 */
export function buildStamp(stamp: string): Plugin {
  const beganAt = new Date(performance.timeOrigin); // of the process: each half of the build makes its own plugin
  return {
    name: 'trustwalk:build',
    apply: 'build',
    buildStart() {
      if (this.environment.name === 'client') rmSync(stamp, { force: true });
    },
    async writeBundle({ dir = '' }) {
      if (this.environment.name === 'client') return await compressFolder(dir);
      mkdirSync(dirname(stamp), { recursive: true });
      writeFileSync(stamp, '');
      utimesSync(stamp, beganAt, beganAt);
    },
  };
}
