import { rmSync } from 'node:fs';
import { openBrowser } from '../tests/browser.ts';
import type { Bench } from './bench.ts';
import { bundledPage } from './bundled-page.ts';
import type { Redissected } from './redissect/page.ts';

const ROUNDS = 10;
const MOST_MS = 15;

/** What the stage does on each record: the whole session is taken apart again. */
export const redissect: Bench = {
  says: 'a live session dissected whole on each record, in Chromium',
  programs: [],
  async run(tell) {
    const page = await bundledPage('redissect/page.ts');
    const browser = await openBrowser();
    try {
      const tab = await browser.newPage();
      await tab.addScriptTag({ path: page.script });
      const rounds: Redissected[][] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const sessions = (await tab.evaluate('redissect()')) as Redissected[];
        rounds.push(sessions);
        for (const { name, ms } of sessions)
          tell(`round ${round + 1}, ${name}: the last record took ${(ms.at(-1) ?? NaN).toFixed(1)} ms`);
      }
      const [first = [], ...warm] = rounds;
      const all = (of: readonly Redissected[][]) => of.flat().flatMap(({ ms }) => ms);
      return [
        {
          kind: 'measured',
          what: 'one dissection, a page that was just opened',
          unit: 'ms',
          values: all([first]),
          bar: { atMost: MOST_MS },
        },
        { kind: 'measured', what: 'one dissection, later', unit: 'ms', values: all(warm), bar: { atMost: MOST_MS } },
        {
          kind: 'claim',
          what: `${first.reduce((sum, { records }) => sum + records, 0)} records in ${first.length} sessions, no byte unexplained`,
          holds: first.length > 0 && first.every(({ unexplained }) => unexplained === 0),
        },
      ];
    } finally {
      await browser.close();
      rmSync(page.folder, { recursive: true, force: true });
    }
  },
};
