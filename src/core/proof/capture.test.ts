import { describe, expect, test } from 'vitest';
import { joined } from '../bytes/reader.ts';
import { randomsIn } from '../capture/key-log.ts';
import { readCapture } from '../capture/read-capture.ts';
import type { Run } from '../bridge/run.ts';
import { capturesOf, keyLogsOf } from './capture.ts';
import { downloadsOf } from './downloads.ts';
import { aRun, heldFrom, withRecord } from './fixtures/run.ts';
import { runJson } from './json.ts';

const RUN = aRun();
const flipped = (bytes: Uint8Array) => bytes.with(-1, (bytes.at(-1) ?? 0) ^ 1);
const CLIENT_HELLO = RUN.records[0]?.sent ?? new Uint8Array();
const CHANGED = withRecord(RUN, 8, { delivered: flipped(RUN.records[8]?.sent ?? new Uint8Array()) });

const opened = (run: Run) => capturesOf(run).map(({ path, bytes }) => ({ path, capture: readCapture(bytes) }));
const streamsOf = (run: Run) =>
  opened(run).map(({ path, capture }) => {
    const chunks = capture.connections[0]?.chunks ?? [];
    const of = (side: string) => joined(chunks.filter(({ from }) => from === side).map(({ bytes }) => bytes));
    return { path, client: of('client'), server: of('server') };
  });
const sentBy = (run: Run, side: string) =>
  joined(run.records.filter(({ from }) => from === side).map(({ sent }) => sent));

describe('the capture of a run', () => {
  test('is one file where nothing was changed, with its times, its ends and its secrets', () => {
    const [only, ...others] = opened(RUN);
    expect(others).toEqual([]);
    expect(only?.path).toBe('capture.pcapng');
    const [connection] = only?.capture.connections ?? [];
    expect(connection?.startedAt).toBe(RUN.startedAt);
    expect([...new Set(connection?.chunks.map(({ at }) => at))]).toEqual(RUN.records.map(({ sentAt }) => sentAt));
    expect(connection?.ends).toEqual({ client: 'FIN', server: 'FIN' });
    expect(connection?.endedAt).toEqual({ client: 34, server: 39 });
    expect(streamsOf(RUN)[0]).toMatchObject({ client: sentBy(RUN, 'client'), server: sentBy(RUN, 'server') });
    expect(randomsIn(only?.capture.keyLog ?? '').size).toBe(1);
  });

  test('is two files where a record was changed: each with what its side sent and got', () => {
    const [client, server] = streamsOf(CHANGED);
    expect([client?.path, server?.path]).toEqual(['capture-client-side.pcapng', 'capture-server-side.pcapng']);
    const record = CHANGED.records[8];
    expect(client?.[record?.from ?? 'client']).not.toEqual(server?.[record?.from ?? 'client']);
    expect(client?.client).toEqual(sentBy(CHANGED, 'client'));
    expect(server?.server).toEqual(sentBy(CHANGED, 'server'));
    const words = new TextDecoder('latin1').decode(capturesOf(CHANGED)[0]?.bytes);
    expect(words).toContain(`Record 9 of the ${record?.from} was changed at the tap.`);
    expect(words).toContain('client-side');
  });

  test('is two files where records were dropped, injected, overtaken or still wait', () => {
    const [first, second] = RUN.records.filter(({ from }) => from === 'server').slice(-2);
    const overtaken = withRecord(RUN, first?.index ?? 0, { at: (second?.at ?? 0) + 0.5 });
    expect(capturesOf(overtaken)).toHaveLength(2);
    expect(capturesOf(withRecord(RUN, 8, { delivered: new Uint8Array() }))).toHaveLength(2);
    expect(capturesOf(withRecord(RUN, 8, { sent: new Uint8Array(), delivered: CLIENT_HELLO }))).toHaveLength(2);
    expect(streamsOf(heldFrom(RUN, 5)).map(({ client, server }) => client.length + server.length)).toEqual([
      ...['client', 'server'].map((side) =>
        [...RUN.records]
          .filter(({ index, from }) => index < 5 || (from === side && index >= 5))
          .reduce((sum, { sent }) => sum + sent.length, 0),
      ),
    ]);
  });

  test('opens with the keys of its own side where a changed hello made them differ', () => {
    const keyLog = RUN.keyLog.map((entry) =>
      entry.side === 'server'
        ? { ...entry, line: entry.line.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')) }
        : entry,
    );
    const run = withRecord({ ...RUN, keyLog }, 0, { delivered: flipped(CLIENT_HELLO) });
    expect(keyLogsOf(run).map(({ path }) => path)).toEqual(['keys-client-side.log', 'keys-server-side.log']);
    const [client, server] = opened(run).map(({ capture }) => capture.keyLog.split('\n').filter(Boolean));
    expect(client).toEqual(RUN.keyLog.filter(({ side }) => side === 'client').map(({ line }) => line));
    expect(server).toEqual(keyLog.filter(({ side }) => side === 'server').map(({ line }) => line));
  });

  test('without secrets holds none, and there is no key log then', () => {
    const run = { ...RUN, keyLog: [] };
    expect(opened(run)[0]?.capture.keyLog).toBe('');
    expect(keyLogsOf(run)).toEqual([]);
    expect(keyLogsOf(RUN).map(({ path }) => path)).toEqual(['keys.log']);
  });
});

test('files are called after the run, and after its label once its session is gone', () => {
  const names = (run: Run) =>
    (['capture', 'keys', 'json'] as const).flatMap((kind) =>
      downloadsOf(kind, { run, loaded: null, predictions: [] }).map(({ name }) => name),
    );
  expect(names(RUN)).toEqual(['trustwalk-run-3.pcapng', 'trustwalk-run-3-keys.log', 'trustwalk-run-3.json']);
  expect(names({ ...CHANGED, id: -1 })).toEqual([
    ...['trustwalk-run-good-client-side.pcapng', 'trustwalk-run-good-server-side.pcapng'],
    ...['trustwalk-run-good-keys.log', 'trustwalk-run-good.json'],
  ]);
});

describe('the JSON of a run', () => {
  const json = (run: Run) =>
    JSON.parse(new TextDecoder().decode(runJson({ run, predictions: [] }).bytes)) as {
      connections: { outcome: string; records: { from: string; time: number; length: number }[] }[];
      problems: { connection: number | null }[];
      trustwalk: { captures: unknown; changes: string[]; tap: { delivered: string | null }[] };
    };

  test('has each record once, with the time at which it came', () => {
    const [connection] = json(RUN).connections;
    expect(connection?.outcome).toBe('established');
    expect(connection?.records.map(({ from, time, length }) => [from, time, length])).toEqual(
      RUN.records.map(({ from, sentAt, sent }) => [from, sentAt, sent.length]),
    );
  });

  test('of a changed run has a connection for each side, and says which capture is which', () => {
    const { connections, trustwalk, problems } = json(CHANGED);
    expect(connections).toHaveLength(2);
    expect(trustwalk.captures).toEqual([
      { file: 'capture-client-side.pcapng', connection: 0 },
      { file: 'capture-server-side.pcapng', connection: 1 },
    ]);
    expect(trustwalk.changes).toHaveLength(1);
    expect(trustwalk.tap[8]?.delivered).not.toBeNull();
    expect(problems.every(({ connection }) => connection !== null)).toBe(true);
  });

  test('of a hello that was made into something else has the side that still is TLS', () => {
    const changed = withRecord(RUN, 0, { delivered: new TextEncoder().encode('GET / HTTP/1.1\r\n\r\n') });
    const run = { ...changed, records: changed.records.slice(0, 1) };
    expect(json(run).trustwalk.captures).toEqual([
      { file: 'capture-client-side.pcapng', connection: 0 },
      { file: 'capture-server-side.pcapng', connection: null },
    ]);
    expect(json(run).connections).toHaveLength(1);
  });
});
