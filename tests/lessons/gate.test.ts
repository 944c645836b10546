/** The gate and what can be done at it, on real sockets: outcomes as measured on Node 20.20 (RFC 8446 where it names them). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openClassroom, type Classroom } from '../../server/cli/lessons/classroom.ts';
import type { HeadlessLearner } from '../../server/cli/lessons/headless-learner.ts';
import { viewOf, type Run } from '../../src/core/bridge/run.ts';
import type { CommandInput } from '../../src/core/world/commands.ts';
import { dissectionOf, outcomeOf } from '../../src/core/world/outcome.ts';
import { doesAll, lastRunOf } from './doing.ts';
import { wireRows } from '../../src/core/world/wire.ts';

let classroom: Classroom;
let learner: HeadlessLearner;
beforeAll(async () => {
  classroom = await openClassroom();
  learner = await classroom.enter();
  await does({ type: 'dial', scenario: 'good' }); // makes what every connection here needs
  await does({ type: 'hang-up' });
});
afterAll(() => classroom.close());

const does = (...commands: CommandInput[]) => doesAll(learner, commands);
const run = (): Run => lastRunOf(learner);
const dial = (client: 'page' | 'node', version: '1.2' | '1.3' = '1.3'): CommandInput => ({
  ...{ type: 'dial', scenario: 'good', client, version, gate: 'step' },
});
const until = (what: string, from?: 'client' | 'server'): CommandInput => ({
  ...{ type: 'gate', do: 'until', what },
  ...(from === undefined ? {} : { from }),
});
const RUN: CommandInput = { type: 'gate', do: 'run' };
const labels = (held: boolean) =>
  wireRows(run())
    .filter(({ tap }) => 'held' in tap === held)
    .map(({ records }) => records.map(({ label }) => label).join('+'));

describe.each(['page', 'node'] as const)('client %s', (client) => {
  test('records stop at the gate, and the other half of the wire has not seen them', async () => {
    await does(dial(client));
    expect(labels(true)).toEqual(['ClientHello']);
    expect(viewOf(run(), 'server')).toEqual([]);
    await does({ type: 'gate', do: 'step' }, { type: 'gate', do: 'step' });
    expect(labels(false)).toEqual(['ClientHello', 'ServerHello']);
    await does(until('Certificate'));
    expect(labels(true)[0]).toBe('Certificate');
    expect(run().held[0]?.from).toBe('server');
    expect(dissectionOf(run(), 'client').messages.map(({ name }) => name)).not.toContain('Certificate');
    await does(RUN);
    expect(outcomeOf(run())).toMatchObject({ accepted: { as: 'alice' }, noticedBy: null });
    const waited = run().records.find(({ index }) => index === 4);
    expect(waited && waited.at).toBeGreaterThan(waited?.sentAt ?? Infinity);
    await does({ type: 'hang-up' });
  });

  test('a flipped bit in the client’s Certificate: the server says bad_record_mac, the client had been content', async () => {
    await does(dial(client), until('Certificate', 'client'), { type: 'act', do: 'flip' }, RUN);
    expect(outcomeOf(run())).toMatchObject({
      ...{ noticedBy: 'server', alert: { code: 20, from: 'server', encrypted: true } },
      lamps: { client: { kind: 'lit' } },
    });
    const changed = run().records.find(({ delivered }) => delivered !== null);
    expect(changed?.delivered?.at(-1)).toBe((changed?.sent.at(-1) ?? 0) ^ 1);
    const server = dissectionOf(run(), 'server').records.filter(({ from }) => from === 'client');
    expect(server.find(({ sealed }) => sealed)?.sealed).toContain('does not match its tag');
    expect(server.at(-1)?.unread).toContain('reads no further');
  });

  test('what is prepared can be undone, and happens when the gate lets the record through', async () => {
    await does(dial(client), until('Certificate', 'client'));
    const prepared = () => learner.world.prepared.map(({ record, change }) => [record, change.do]);
    const certificate = run().held[0]?.index;
    await does({ type: 'act', do: 'drop', when: 'passed' });
    expect(prepared()).toEqual([[certificate, 'drop']]);
    expect(run().records.every(({ delivered }) => delivered === null)).toBe(true);
    await does({ type: 'act', do: 'undo' });
    expect(prepared()).toEqual([]);
    await does({ type: 'act', do: 'flip', at: 7, when: 'passed' }, RUN);
    expect(prepared()).toEqual([]);
    const changed = run().records.find(({ index }) => index === certificate);
    expect(changed?.delivered?.[7]).toBe((changed?.sent[7] ?? 0) ^ 1);
    expect(outcomeOf(run())).toMatchObject({ noticedBy: 'server', alert: { code: 20 } });
  });

  test('nothing is prepared that cannot be done', async () => {
    await does(dial(client));
    const refusal = await learner.perform({ type: 'act', do: 'swap', when: 'passed' });
    expect(refusal?.why).toBe('No other record of the client waits behind this one.');
    const noField = { type: 'act', do: 'edit', field: 'verify_data', bytes: '00', when: 'passed' } as const;
    expect((await learner.perform(noField))?.kind).toBeDefined();
    expect(learner.world.prepared).toEqual([]);
    await does(RUN, { type: 'hang-up' });
  });

  test('the server’s Certificate dropped: the next record has the wrong number, and the client says so', async () => {
    await does(dial(client), until('Certificate'), { type: 'act', do: 'drop' }, RUN);
    expect(outcomeOf(run())).toMatchObject({ noticedBy: 'client', alert: { code: 20, from: 'client' } });
  });

  test('ChangeCipherSpec dropped in TLS 1.3: nothing happens', async () => {
    await does(dial(client), { type: 'gate', do: 'step' }, { type: 'gate', do: 'step' }, { type: 'act', do: 'drop' }, RUN);
    expect(run().records.some(({ delivered }) => delivered?.length === 0)).toBe(true);
    expect(outcomeOf(run())).toMatchObject({ accepted: { as: 'alice' } });
    await does({ type: 'hang-up' });
  });

  test('two records of the server change places: bad_record_mac', async () => {
    await does(dial(client), until('CertificateRequest'), { type: 'act', do: 'swap' }, RUN);
    expect(outcomeOf(run())).toMatchObject({ noticedBy: 'client', alert: { code: 20 } });
    const [first, second] = run().records.filter(({ from }) => from === 'server').slice(3, 5);
    expect(first && second && first.index - second.index).toBe(1);
  });

  test('an alert that nobody sent, in clear before there are keys, is believed', async () => {
    await does(dial(client), { type: 'act', do: 'inject', from: 'server', alert: 40 }, RUN);
    await expect.poll(() => outcomeOf(run()).isOver).toBe(true);
    expect(run().events.find(({ side }) => side === 'client')).toMatchObject({ name: 'told' });
    expect(run().records.find(({ sent }) => sent.length === 0)).toMatchObject({ from: 'server' });
  });

  test('the connection cut while a record waits: both sides see the end, and nothing of the record', async () => {
    await does(dial(client), { type: 'act', do: 'cut' });
    await expect.poll(() => outcomeOf(run()).isOver).toBe(true);
    expect(run().closes.map(({ from, how }) => `${from} ${how}`).sort()).toEqual(['client cut', 'server cut']);
    expect(run().records).toEqual([]);
  });
});

test('TLS 1.2: a record repeated is an unexpected message', async () => {
  await does(dial('node', '1.2'), until('ClientKeyExchange'), { type: 'act', do: 'duplicate' }, RUN);
  expect(outcomeOf(run())).toMatchObject({ noticedBy: 'server', alert: { code: 10, from: 'server' } });
});

test('TLS 1.2: the client’s certificate can be read while it waits, by anybody', async () => {
  await does(dial('node', '1.2'), { type: 'gate', do: 'step' }, until('ServerHelloDone'), { type: 'gate', do: 'step' });
  await does(until('Certificate'));
  const [row] = wireRows(run(), 'eavesdropper').filter(({ tap }) => 'held' in tap);
  expect(row?.records.map(({ label }) => label)).toEqual(['Certificate']);
  await does(RUN, { type: 'hang-up' });
});

test('what does not wait is refused in words', async () => {
  await does({ type: 'dial', scenario: 'good' });
  const refused = async (command: CommandInput) => (await learner.perform(command))?.why;
  expect(await refused({ type: 'gate', do: 'step' })).toContain('No record waits');
  expect(await refused({ type: 'act', do: 'drop' })).toContain('No record waits');
  expect(await refused(until('Certificate'))).toContain('No Certificate came');
  await does({ type: 'hang-up' });
  expect(await refused({ type: 'gate', do: 'hold' })).toContain('no open connection');
});

describe.each(['page', 'node'] as const)('with the keys, client %s', (client) => {
  test('a changed Finished of the client is authentic to the record layer, and still not believed', async () => {
    const edit = { type: 'act', do: 'edit', field: 'verify_data' } as const;
    await does(dial(client), until('Finished', 'client'));
    const size = dissectionOf(run(), 'client').messages.find(({ name }) => name === 'Finished')?.length ?? 0;
    await does({ ...edit, bytes: '00'.repeat(size - 4) }, RUN);
    expect(outcomeOf(run())).toMatchObject({ noticedBy: 'server', alert: { code: 51, from: 'server' } });
    expect(dissectionOf(run(), 'server').verified.finished.client.holds).toBe(false);
    expect(dissectionOf(run(), 'client').verified.finished.client.holds).toBe(true);
  });

  test('CertificateVerify taken out, the records behind it numbered anew: the server waits for it in vain', async () => {
    await does(dial(client), until('CertificateVerify', 'client'), { type: 'act', do: 'drop' });
    await does({ type: 'gate', do: 'step', keyed: 'yes' }, RUN);
    expect(outcomeOf(run())).toMatchObject({ noticedBy: 'server', alert: { code: 10, from: 'server' } });
    const names = dissectionOf(run(), 'server').messages.filter(({ from }) => from === 'client').map(({ name }) => name);
    expect(names).toEqual(['ClientHello', 'Certificate', 'Finished']);
    await does({ type: 'dial', scenario: 'good', client, gate: 'step' }, until('CertificateVerify', 'client'), { type: 'act', do: 'drop' });
    await does(RUN); // without the keys the number is wrong, and that is all that anybody learns
    expect(outcomeOf(run())).toMatchObject({ alert: { code: 20 } });
  });

  test('what cannot be opened is refused in words', async () => {
    await does(dial(client));
    const refused = async (command: CommandInput) => (await learner.perform(command))?.why;
    const edit = { type: 'act', do: 'edit', field: 'random', bytes: '00' } as const;
    expect(await refused(edit)).toContain('travels in clear');
    await does(until('Certificate'));
    expect(await refused({ ...edit, field: 'verify_data' })).toContain('no verify_data');
    await does({ type: 'act', do: 'cut' });
  });
});
