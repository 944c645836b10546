/** Every row of the failure catalogue on real sockets, for each version and client that it speaks about. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hasProgram } from '../programs.ts';
import { openClassroom, type Classroom } from '../../server/cli/lessons/classroom.ts';
import type { HeadlessLearner } from '../../server/cli/lessons/headless-learner.ts';
import { differences } from '../../src/core/scenarios/judge.ts';
import type { Scenario } from '../../src/core/scenarios/scenario.ts';
import { SCENARIOS } from '../../src/core/scenarios/scenarios.ts';
import { outcomeOf } from '../../src/core/world/outcome.ts';

let classroom: Classroom;
let learner: HeadlessLearner;
beforeAll(async () => {
  classroom = await openClassroom();
  learner = await classroom.enter();
});
afterAll(() => classroom.close());

const CASES = SCENARIOS.flatMap((scenario: Scenario) =>
  scenario.expect.flatMap(({ tls, client, engine }) =>
    tls.flatMap((version) => client.map((program) => [scenario.id, version, program, engine, scenario] as const)),
  ),
);

const possible = CASES.filter(([, , , engine]) => engine === 'node' || hasProgram('openssl'));

test.each(possible)('%s: TLS %s, client %s, server %s', async (id, version, client, server, scenario) => {
  expect(await learner.perform({ type: 'dial', scenario: id, version, client, server })).toBeNull();
  const { runs, lastRun } = learner.world;
  const run = runs[lastRun ?? ''];
  expect(run && differences(scenario, run, outcomeOf(run))).toEqual([]);
  if (run && !outcomeOf(run).isOver) expect(await learner.perform({ type: 'hang-up' })).toBeNull();
});

test('every scenario has one row for every way to make it', () => {
  const ways = ({ id }: Scenario) => CASES.filter(([of]) => of === id).map((one) => one.slice(1, 4).join(' '));
  for (const scenario of SCENARIOS) {
    expect(ways(scenario).sort()).toEqual([
      ...['1.2 node node', '1.2 node openssl'],
      ...['1.3 node node', '1.3 node openssl', '1.3 page node', '1.3 page openssl'],
    ]);
  }
});
