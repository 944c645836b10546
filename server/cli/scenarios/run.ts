import { differences } from '../../../src/core/scenarios/judge.ts';
import { outcomeOf, type Outcome } from '../../../src/core/world/outcome.ts';
import { openClassroom } from '../lessons/classroom.ts';
import type { HeadlessLearner } from '../lessons/headless-learner.ts';
import type { Terminal } from '../usage.ts';
import type { Way } from '../scenarios.ts';
import { heading, nameOf, plainWay, seenText, type Seen } from './print.ts';

/** What became of a way: what was seen and where it differs, or why it could not be made. */
type Result = { readonly seen: Seen; readonly differences: readonly string[] } | { readonly left: string };

/**
 * Makes each connection in turn, by one learner of a server of its own.
 *
 * @returns whether all that could be made went as the catalogue says
 */
export async function runScenarios(ways: readonly Way[], asJson: boolean, terminal: Terminal): Promise<boolean> {
  const classroom = await openClassroom();
  const results: Result[] = [];
  try {
    const learner = await classroom.enter();
    for (const [index, way] of ways.entries()) {
      const result = await made(way, learner);
      results.push(result);
      if (asJson) continue;
      if (ways[index - 1]?.scenario !== way.scenario) terminal.out(heading(way.scenario));
      for (const line of linesOf(way, result)) terminal.out(line);
    }
  } finally {
    await classroom.close();
  }
  if (asJson)
    terminal.out(
      JSON.stringify(
        ways.map((way, index) => ({ ...plainWay(way), ...results[index] })),
        null,
        2,
      ),
    );
  const wrong = results.filter((one) => 'seen' in one && one.differences.length > 0).length;
  const left = results.filter((one) => 'left' in one).length;
  if (!asJson)
    terminal.out(
      `${results.length - wrong - left} of ${ways.length} connections went as the catalogue says, ` +
        `${wrong} did not, ${left} were left out.`,
    );
  return wrong === 0;
}

async function made({ scenario, engine, tls, client }: Way, learner: HeadlessLearner): Promise<Result> {
  const refusal = await learner.perform({ type: 'dial', scenario: scenario.id, version: tls, client, server: engine });
  if (refusal?.kind === 'no-engine') return { left: refusal.why };
  if (refusal) throw new Error(refusal.why);
  const { runs, lastRun } = learner.world;
  const run = runs[lastRun ?? ''];
  if (!run) throw new Error('A connection was made, and there is no run of it.');
  const outcome = outcomeOf(run);
  if (!outcome.isOver) await learner.perform({ type: 'hang-up' });
  return { seen: seenIn(outcome), differences: differences(scenario, run, outcome) };
}

function seenIn({ noticedBy, alert, reason, lamps }: Outcome): Seen {
  const isLit = { client: lamps.client.kind === 'lit', server: lamps.server.kind === 'lit' };
  return { noticedBy, alert: alert?.code ?? null, reason: reason?.code ?? null, lamps: isLit };
}

function linesOf(way: Way, result: Result): string[] {
  if ('left' in result) return [`  - ${nameOf(way)}: left out. ${result.left}`];
  const mark = result.differences.length === 0 ? '✓' : '✗';
  return [`  ${mark} ${nameOf(way)}: ${seenText(result.seen)}`, ...result.differences.map((line) => `      ${line}`)];
}
