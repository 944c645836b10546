/** Every row of the failure catalogue on real sockets, once per TLS version that it speaks about. */
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
  scenario.expect.flatMap(({ tls }) => tls.map((version) => [scenario.id, version, scenario] as const)),
);

test.each(CASES)('%s ends as its row says in TLS %s', async (id, version, scenario) => {
  expect(await learner.perform({ type: 'dial', scenario: id, version })).toBeNull();
  const { runs, lastRun } = learner.world;
  const run = runs[lastRun ?? ''];
  expect(run && differences(scenario, version, outcomeOf(run))).toEqual([]);
  if (id === 'good') expect(await learner.perform({ type: 'hang-up' })).toBeNull();
});

test('every scenario has a row for both versions', () => {
  const versions = SCENARIOS.map((scenario: Scenario) => scenario.expect.flatMap(({ tls }) => tls).sort());
  expect(versions).toEqual(SCENARIOS.map(() => ['1.2', '1.3']));
});
