/** Every row of the failure catalogue on real sockets, for each version and client that it speaks about. */
import { afterAll, beforeAll, expect, test } from 'vitest';
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
  scenario.expect.flatMap(({ tls, client }) =>
    tls.flatMap((version) => client.map((program) => [scenario.id, version, program, scenario] as const)),
  ),
);

test.each(CASES)('%s ends as its row says in TLS %s, client %s', async (id, version, client, scenario) => {
  expect(await learner.perform({ type: 'dial', scenario: id, version, client })).toBeNull();
  const { runs, lastRun } = learner.world;
  const run = runs[lastRun ?? ''];
  expect(run && differences(scenario, run, outcomeOf(run))).toEqual([]);
  if (id === 'good') expect(await learner.perform({ type: 'hang-up' })).toBeNull();
});

test('every scenario has one row for every way to make it', () => {
  const ways = (scenario: Scenario) => CASES.filter(([id]) => id === scenario.id).map(([, tls, who]) => `${tls} ${who}`);
  for (const scenario of SCENARIOS) expect(ways(scenario).sort()).toEqual(['1.2 node', '1.3 node', '1.3 page']);
});
