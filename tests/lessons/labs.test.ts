/** The labs that need TLS: real connections of a learner without a page. */
import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openClassroom, type Classroom } from '../../server/cli/lessons/classroom.ts';
import type { HeadlessLearner } from '../../server/cli/lessons/headless-learner.ts';
import type { LabLearner } from '../../src/core/labs/lab-learner.ts';
import { lastWords, threeLanes, type Way } from '../../src/core/labs/lanes.ts';
import { attackedInTls } from '../../src/core/labs/tls-order.ts';
import { borrowedPassword } from '../../src/core/labs/whose-account.ts';
import { outcomeOf } from '../../src/core/world/outcome.ts';

let classroom: Classroom;
let headless: HeadlessLearner;
let learner: LabLearner;
beforeAll(async () => {
  classroom = await openClassroom();
  headless = await classroom.enter();
  learner = {
    get world() {
      return headless.world;
    },
    perform: (command) => headless.perform(command),
    wait: (ms) => wait(ms),
  };
});
afterAll(() => classroom.close());

const password = () => randomBytes(12).toString('hex');

test('a bit of an order that is flipped inside mutual TLS ends the connection, and nothing is booked', async () => {
  const result = await attackedInTls(learner, 'alice', password());
  const { before, after, alert, booked } = result.ok ? result.value : expect.fail(result.error.why);
  const changed = before.map((byte, at) => byte ^ (after[at] ?? 0)).filter((change) => change !== 0);
  expect([...changed]).toEqual([1]);
  expect(alert).toEqual({ from: 'server', name: 'bad_record_mac' });
  expect(booked).toBeNull();
});

test("bob's password over alice's certificate is refused, over bob's own it is good", async () => {
  const result = await borrowedPassword(learner, {
    alice: { user: 'alice-2', password: password() },
    bob: { user: 'bob', password: password() },
  });
  const tried = result.ok ? result.value : expect.fail(result.error.why);
  expect(tried.map(({ as, user, answer }) => [as, user, answer['type'], answer['code']])).toEqual([
    ['alice', 'alice-2', 'ok', undefined],
    ['bob', 'bob', 'ok', undefined],
    ['alice', 'bob', 'error', 'wrong-certificate'],
    ['bob', 'bob', 'ok', undefined],
  ]);
});

test.each<[Way, string, string | RegExp]>([
  ['expiry', 'CERT_HAS_EXPIRED', /ran out at/],
  ['revocation', 'CERT_REVOKED', 'This certificate was revoked.'],
])('%s: the open connection is ended with the reason, a new and a resumed one are refused', async (way, code, words) => {
  const result = await threeLanes(learner, { way, seconds: 2, now: Date.now, told: () => undefined });
  const { runs } = result.ok ? result.value : expect.fail(result.error.why);
  expect(lastWords(runs.open)).toMatch(words);
  expect(outcomeOf(runs.new)).toMatchObject({ noticedBy: 'server', reason: { code } });
  expect(lastWords(runs.new)).toBeNull();
  // TLS takes the ticket and looks at no certificate; the desk looks at it again.
  if (way === 'expiry') expect(lastWords(runs.resumed)).toMatch(words);
  else expect(outcomeOf(runs.resumed)).toMatchObject({ noticedBy: 'server', reason: { code } });
  for (const run of Object.values(runs)) expect(outcomeOf(run).isOver).toBe(true);
});
