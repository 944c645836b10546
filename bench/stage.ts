import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { BridgeClient } from '../server/cli/lessons/bridge-client.ts';
import { HeadlessLearner } from '../server/cli/lessons/headless-learner.ts';
import type { CommandInput } from '../src/core/world/commands.ts';
import { outcomeOf } from '../src/core/world/outcome.ts';
import { openBrowser } from '../tests/browser.ts';
import { Openssl } from '../tests/openssl.ts';
import { startProduct, type Product } from '../tests/product.ts';
import type { Bench, Outcome } from './bench.ts';
import { connectOnce, openStage } from './stage/page.ts';
import { BareHandshakes } from './stage/bare.ts';
import { interleaved } from './rounds.ts';

const ROUNDS = 12;
const FRAME_MS = 1000 / 60;
const LONG_TASK_MS = 50;
const SESSIONS = 200;
const AT_ONCE = 8;
const MOST_MB = 300;

/** From the click to the last record painted; and a school full of handshakes that stand still. */
export const stage: Bench = {
  says: `Connect to the last record painted, against a bare handshake; ${SESSIONS} handshakes held at once`,
  programs: ['openssl'],
  async run(tell) {
    const folder = mkdtempSync(join(tmpdir(), 'trustwalk-bench-'));
    const product = await startProduct(folder, [], join(process.cwd(), 'server/start.js'));
    const browser = await openBrowser();
    try {
      return [...(await painted(product, browser, tell)), ...(await held(product, tell))];
    } finally {
      await browser.close();
      await product.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function painted(product: Product, browser: Browser, tell: (line: string) => void): Promise<Outcome[]> {
  const openssl = new Openssl();
  const bare = await BareHandshakes.listen(openssl);
  try {
    const page = await openStage(browser, product.url);
    const longest: number[] = [];
    const paint = async () => {
      const { ms, tasks } = await connectOnce(page);
      longest.push(Math.max(0, ...tasks));
      return ms;
    };
    for (let warm = 0; warm < 3; warm++) {
      await connectOnce(page);
      await bare.latency();
    }
    const rows = await interleaved(ROUNDS, { paint, bare: () => bare.latency() }, (row, round) =>
      tell(
        `round ${round + 1}: painted after ${row.paint.toFixed(0)} ms; a bare handshake takes ${row.bare.toFixed(0)} ms`,
      ),
    );
    return [
      {
        kind: 'measured',
        what: 'Connect to the last record painted, over a bare handshake of Node and two frames',
        unit: 'x',
        values: rows.map((row) => row.paint / (row.bare + 2 * FRAME_MS)),
        bar: { atMost: 3 },
      },
      {
        kind: 'measured',
        what: 'longest task of the page while records arrive',
        unit: 'ms',
        values: longest,
        bar: { atMost: LONG_TASK_MS },
      },
    ];
  } finally {
    bare.close();
    openssl.close();
  }
}

async function held(product: Product, tell: (line: string) => void): Promise<Outcome[]> {
  const pages: BridgeClient[] = [];
  const learners: HeadlessLearner[] = [];
  const dial: CommandInput = { type: 'dial', scenario: 'good', client: 'node', keys: 'p256', gate: 'step' };
  const each = async (command: CommandInput) => {
    const waiting = [...learners];
    const next = async () => {
      for (let learner = waiting.pop(); learner; learner = waiting.pop()) {
        const refusal = await learner.perform(command);
        if (refusal) throw new Error(refusal.why);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, next));
  };
  for (let count = 0; count < SESSIONS; count++) {
    const page = await BridgeClient.open(product.url);
    pages.push(page);
    learners.push(new HeadlessLearner(page));
  }
  await each(dial);
  const megabytes = residentMegabytes(product.pid);
  tell(`${SESSIONS} handshakes stand still; the server takes ${megabytes.toFixed(0)} MB`);
  await each({ type: 'gate', do: 'run' });
  const accepted = learners.filter(({ world }) => {
    const run = world.runs[world.lastRun ?? ''];
    return run !== undefined && outcomeOf(run).accepted !== null;
  });
  for (const learner of learners) learner.close();
  for (const page of pages) page.close();
  return [
    {
      kind: 'claim',
      what: `of ${SESSIONS} handshakes that were held at one time ${accepted.length} were finished`,
      holds: accepted.length === SESSIONS,
    },
    {
      kind: 'claim',
      what: `the server took ${megabytes.toFixed(0)} MB for them; less than ${MOST_MB} are wanted`,
      holds: megabytes < MOST_MB,
    },
  ];
}

function residentMegabytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? NaN) / 1024;
}
