/** Keys of every kind on real sockets: CA, desk and client, with each client and each server. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openClassroom, type Classroom } from '../../server/cli/lessons/classroom.ts';
import type { CommandInput } from '../../src/core/world/commands.ts';
import { outcomeOf } from '../../src/core/world/outcome.ts';
import { hasProgram } from '../programs.ts';

let classroom: Classroom;
beforeAll(async () => {
  classroom = await openClassroom();
});
afterAll(() => classroom.close());

const WAYS = [
  { version: '1.3', client: 'page', server: 'node' },
  { version: '1.3', client: 'page', server: 'openssl' },
  { version: '1.2', client: 'node', server: 'node' },
] as const;

test.each(['p256', 'p384', 'ed25519'] as const)(
  'with keys of the kind %s both sides accept each other',
  async (kind) => {
    const learner = await classroom.enter();
    const setup: CommandInput[] = [
      { type: 'ca', name: 'mine', kind },
      { type: 'csr', who: 'desk', kind },
      { type: 'sign', csr: 'desk', by: 'mine', for: 'server' },
      { type: 'csr', who: 'alice', kind },
      { type: 'sign', csr: 'alice', by: 'mine', for: 'client' },
      { type: 'trust', side: 'server', ca: 'mine' },
      { type: 'trust', side: 'client', ca: 'mine' },
    ];
    for (const command of setup) expect(await learner.perform(command)).toBeNull();
    for (const way of WAYS.filter(({ server }) => server === 'node' || hasProgram('openssl'))) {
      expect(await learner.perform({ type: 'dial', as: 'alice', ...way })).toBeNull();
      const run = learner.world.runs[learner.world.lastRun ?? ''];
      expect(run && outcomeOf(run).lamps).toMatchObject({ client: { kind: 'lit' }, server: { kind: 'lit' } });
      expect(await learner.perform({ type: 'hang-up' })).toBeNull();
    }
  },
);
