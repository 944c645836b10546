/** Exported runs of real sockets, in the hands of tshark. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openClassroom, type Classroom } from '../../server/cli/lessons/classroom.ts';
import type { HeadlessLearner } from '../../server/cli/lessons/headless-learner.ts';
import type { Run } from '../../src/core/bridge/run.ts';
import { downloadsOf, type DownloadKind } from '../../src/core/proof/downloads.ts';
import type { CommandInput } from '../../src/core/world/commands.ts';
import { dissectionOf } from '../../src/core/world/outcome.ts';
import { hasProgram } from '../programs.ts';
import { doesAll, lastRunOf } from '../lessons/doing.ts';
import { tshark } from './foreign.ts';

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
const run = (): Run => lastRunOf(learner);
const saved = (kind: DownloadKind, of: Run): string[] =>
  downloadsOf(kind, { run: of, loaded: null, predictions: [] }).map(({ name, bytes }) => {
    const file = join(folder, name);
    writeFileSync(file, bytes);
    return file;
  });
const TYPES = 'tls.handshake.type';

describe.skipIf(!hasProgram('tshark'))('a run in Wireshark', () => {
  test.each([
    ['1.3', 'page', 'good'],
    ['1.2', 'node', 'good'],
    ['1.3', 'node', 'no-client-cert'],
  ] as const)('TLS %s, client %s, scenario %s: the capture alone shows it all', async (version, client, scenario) => {
    await does({ type: 'dial', scenario, client, version });
    const { messages, alerts, records } = dissectionOf(run());
    const [file = ''] = saved('capture', run());
    const seen = tshark(file, [
      ...[TYPES, 'tls.alert_message.desc', 'tls.record.content_type'],
      ...['frame.interface_name', 'frame.time_epoch'],
    ]);
    expect(messages.length).toBeGreaterThan(8);
    expect(seen[TYPES]).toEqual(messages.map(({ type }) => `${type}`));
    expect(seen['tls.alert_message.desc']).toEqual(alerts.map(({ code }) => `${code}`));
    expect(seen['tls.record.content_type']?.length).toBeGreaterThanOrEqual(records.length);
    expect(new Set(seen['frame.interface_name'])).toEqual(new Set(['tap']));
    expect(Number(seen['frame.time_epoch']?.[0])).toBeCloseTo(run().startedAt / 1000, 5);
  });

  test('the key log opens a capture without secrets of its own', async () => {
    await does({ type: 'dial', scenario: 'good', client: 'page' });
    const bare = saved('capture', { ...run(), keyLog: [], label: 'bare', id: -1 })[0] ?? '';
    const [keys = ''] = saved('keys', run());
    expect(tshark(bare, [TYPES])[TYPES]).toEqual(['1', '2']);
    expect(tshark(bare, [TYPES], ['-o', `tls.keylog_file:${keys}`])[TYPES]).toEqual(
      dissectionOf(run()).messages.map(({ type }) => `${type}`),
    );
  });

  test('of a changed run each side has its own capture, and shows what that side could read', async () => {
    await does({ type: 'dial', scenario: 'good', client: 'page', gate: 'step' });
    await does({ type: 'gate', do: 'until', what: 'Certificate', from: 'client' });
    await does({ type: 'act', do: 'flip' }, { type: 'gate', do: 'run' });
    const files = saved('capture', run());
    const [client, server] = files.map((file) => tshark(file, [TYPES, 'frame.interface_name']));
    const typesReadBy = (side: 'client' | 'server') => {
      const { messages, records } = dissectionOf(run(), side);
      const isRead = (record: number) => records[record]?.unread === undefined;
      return messages.filter((message) => message.records.every(isRead)).map(({ type }) => `${type}`);
    };
    expect(client?.[TYPES]).toEqual(typesReadBy('client'));
    expect(server?.[TYPES]).toEqual(typesReadBy('server'));
    expect(client?.[TYPES].length).toBeGreaterThan(server?.[TYPES].length ?? 0);
    const places = [client, server].map((seen) => [...new Set(seen?.['frame.interface_name'])]);
    expect(places).toEqual([['client-side'], ['server-side']]);
  });
});
