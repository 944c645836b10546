/**
 * A handshake that stands still for ten minutes, and then ends well: no clock of either side runs out.
 * Run it with `TRUSTWALK_LONG=1 npm test -- tests/lessons/long-hold.test.ts`.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openClassroom, type Classroom } from '../../server/cli/lessons/classroom.ts';
import type { CommandInput } from '../../src/core/world/commands.ts';
import { outcomeOf } from '../../src/core/world/outcome.ts';
import { hasProgram } from '../programs.ts';

const HOLD_MS = 10 * 60_000;
const isLong = process.env['TRUSTWALK_LONG'] !== undefined;

let classroom: Classroom;
beforeAll(async () => {
  classroom = await openClassroom();
});
afterAll(() => classroom.close());

const PLACES = [
  { client: 'page', server: 'node', version: '1.3', what: 'ServerHello' },
  { client: 'page', server: 'node', version: '1.3', what: 'Finished', from: 'client' },
  { client: 'page', server: 'openssl', version: '1.3', what: 'Certificate' },
  { client: 'node', server: 'node', version: '1.3', what: 'CertificateVerify' },
  { client: 'node', server: 'node', version: '1.2', what: 'ClientKeyExchange' },
  { client: 'node', server: 'openssl', version: '1.2', what: 'Certificate', from: 'client' },
] as const;

test.skipIf(!isLong || !hasProgram('openssl')).for(PLACES)(
  'held for ten minutes at $what: $client with $server, TLS $version',
  { timeout: HOLD_MS + 120_000, concurrent: true },
  async ({ client, server, version, ...place }) => {
    const learner = await classroom.enter();
    const does = async (command: CommandInput) => expect((await learner.perform(command))?.why).toBeUndefined();
    await does({ type: 'dial', scenario: 'good', client, server, version, gate: 'step' });
    await does({ type: 'gate', do: 'until', ...place });
    await new Promise((resolve) => setTimeout(resolve, HOLD_MS));
    await does({ type: 'gate', do: 'run' });
    const run = learner.world.runs[learner.world.lastRun ?? ''];
    expect(run && outcomeOf(run)).toMatchObject({ accepted: { as: 'alice' }, noticedBy: null });
  },
);
