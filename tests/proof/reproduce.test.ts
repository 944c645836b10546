/** The script of a proof, run by bash in an empty folder with openssl at both ends. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openClassroom, type Classroom } from '../../server/cli/lessons/classroom.ts';
import type { HeadlessLearner } from '../../server/cli/lessons/headless-learner.ts';
import { makeBundle } from '../../src/core/proof/bundle.ts';
import type { Proof } from '../../src/core/proof/proof.ts';
import type { CommandInput } from '../../src/core/world/commands.ts';
import { doesAll, lastRunOf } from '../lessons/doing.ts';
import { hasProgram } from '../programs.ts';

let classroom: Classroom;
let learner: HeadlessLearner;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trustwalk-proof-'));
  classroom = await openClassroom();
  learner = await classroom.enter();
});
afterAll(async () => {
  await classroom?.close();
  rmSync(folder, { recursive: true, force: true });
});

const does = (...commands: CommandInput[]) => doesAll(learner, commands);
const proof = (): Proof => {
  const run = lastRunOf(learner);
  return { run, loaded: learner.world.loaded[run.label] ?? null, predictions: [] };
};

/** Unpacks a bundle with Python, where there is nothing else. */
function unpacked(of: Proof): string {
  const place = mkdtempSync(join(folder, 'empty-'));
  writeFileSync(join(folder, 'bundle.zip'), makeBundle(of));
  execFileSync('python3', ['-m', 'zipfile', '-e', join(folder, 'bundle.zip'), place]);
  return place;
}

function played(place: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync('bash', ['reproduce.sh', ...args], { cwd: place, encoding: 'utf8' });
  return { status, end: stdout.trim().split('\n').slice(-3), stderr };
}

const dial = (scenario: string, more: Partial<Extract<CommandInput, { type: 'dial' }>> = {}): CommandInput => ({
  ...{ type: 'dial', scenario, client: 'page', server: 'openssl' },
  ...more,
});

const isHere = ['openssl', 'python3', 'curl'].every(hasProgram);
describe.skipIf(!isHere)('a bundle in the hands of others', () => {
  test.each([
    ['good', {}, 'established: each side accepted the other'],
    ['good', { client: 'node', version: '1.2', server: 'node' }, 'established: each side accepted the other'],
    ['impostor-ca-client-cert', {}, 'refused by the server, alert unknown_ca'],
    ['revoked-client-cert', {}, 'refused by the server, alert certificate_revoked'],
    ['stale-crl', { client: 'node', version: '1.2' }, 'refused by the server, alert certificate_expired'],
    ['wrong-server-name', {}, 'refused by the client, alert bad_certificate'],
  ] as const)('its script plays %s %j as it went', async (scenario, more, outcome) => {
    await does(dial(scenario, more));
    expect(played(unpacked(proof()))).toEqual({
      ...{ status: 0, stderr: '' },
      end: [`then: ${outcome}`, `now:  ${outcome}`, 'It went the same way.'],
    });
  });

  test('curl and Python are let in by it, and refused as the run was', async () => {
    await does(dial('good'));
    const good = unpacked(proof());
    await does(dial('no-client-cert', { server: 'node' }));
    const bare = unpacked(proof());
    for (const player of ['curl', 'python3']) {
      expect(played(good, player)).toMatchObject({ status: 0, stderr: '' });
      expect(played(bare, player).end).toEqual([
        ...['then: refused by the server, alert certificate_required'],
        ...['now:  refused by the server, alert certificate_required', 'It went the same way.'],
      ]);
    }
  });

  test('Node refuses without a word, and openssl says in its place why; a tampered run is only told', async () => {
    await does(dial('foreign-ca-client-cert', { server: 'node' }));
    expect(played(unpacked(proof()))).toMatchObject({
      status: 0,
      end: [
        'then: refused by the server, without an alert',
        'now:  refused by the server, alert unknown_ca',
        expect.any(String),
      ],
    });
    await does(dial('good', { gate: 'step' }), { type: 'gate', do: 'until', what: 'Finished' });
    await does({ type: 'act', do: 'flip' }, { type: 'gate', do: 'run' });
    const { status, end } = played(unpacked(proof()));
    expect(status).toBe(0);
    expect(end.at(-2)).toBe('then: not to be held against openssl alone');
  });

  test('its check sums hold, and other zip programs find nothing wrong with it', async () => {
    await does(dial('good'));
    const place = unpacked(proof());
    expect(spawnSync('sha256sum', ['-c', '--strict', 'SHA256SUMS'], { cwd: place }).status).toBe(0);
    if (hasProgram('unzip')) expect(spawnSync('unzip', ['-tq', join(folder, 'bundle.zip')]).status).toBe(0);
    const files = readdirSync(join(place, 'certificates'));
    for (const file of files) {
      const read = spawnSync('openssl', ['x509', '-noout', '-in', join(place, 'certificates', file)]);
      expect(read.status).toBe(0);
    }
    expect(files.length).toBeGreaterThan(2);
  });
});
