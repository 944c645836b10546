import { rmSync } from 'node:fs';
import { openBrowser } from '../tests/browser.ts';
import type { Bench } from './bench.ts';
import { bundledPage } from './bundled-page.ts';
import type { ViewName } from './hex/page.ts';
import { interleaved, median } from './rounds.ts';

const BYTES = 8192;
const ROUNDS = 5;
const MOVES = 30;
const THROTTLE = 4;

interface Measured {
  readonly paint: number;
  readonly hovers: readonly number[];
}

/** One text node and the highlighter against a span for each byte, in one page. */
export const hex: Bench = {
  says: `the hex view of ${BYTES} bytes against a span for each byte, in Chromium slowed down ${THROTTLE} times`,
  programs: [],
  async run(tell) {
    const page = await bundledPage('hex/page.ts');
    const browser = await openBrowser();
    try {
      const tab = await browser.newPage();
      const session = await tab.context().newCDPSession(tab);
      if (page.style !== null) await tab.addStyleTag({ path: page.style });
      await tab.addScriptTag({ path: page.script });
      await session.send('Emulation.setCPUThrottlingRate', { rate: THROTTLE });
      const measured = (name: ViewName) =>
        tab.evaluate(`measure(${JSON.stringify(name)}, ${BYTES}, ${MOVES})`) as Promise<Measured>;
      const all: Record<ViewName, Measured[]> = { ours: [], spans: [] };
      const once = async (name: ViewName) => {
        const one = await measured(name);
        all[name].push(one);
        return one.paint;
      };
      for (const name of ['ours', 'spans'] as const) await measured(name); // warm
      const rows = await interleaved(ROUNDS, { ours: () => once('ours'), spans: () => once('spans') }, (row, round) =>
        tell(
          `round ${round + 1}: painted after ${row.ours.toFixed(0)} ms, with spans after ${row.spans.toFixed(0)} ms`,
        ),
      );
      const hovers = (name: ViewName, round: number) => median(all[name][round]?.hovers ?? []);
      return [
        {
          kind: 'measured',
          what: 'from mounting to paint, ours over spans',
          unit: 'x',
          values: rows.map(({ ours, spans }) => ours / spans),
          bar: { atMost: 1 / 5 },
        },
        {
          kind: 'measured',
          what: 'moving the mark, script and layout, ours over spans',
          unit: 'x',
          values: rows.map((_, round) => hovers('ours', round) / hovers('spans', round)),
          bar: { atMost: 1 / 3 },
        },
      ];
    } finally {
      await browser.close();
      rmSync(page.folder, { recursive: true, force: true });
    }
  },
};
