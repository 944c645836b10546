import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { connect } from 'node:tls';
import { ForeignClient } from '../tests/desk/foreign-client.ts';
import type { Bench, Outcome } from './bench.ts';
import { ownProcess, processFile } from './processes.ts';
import { interleaved, percentile } from './rounds.ts';

const ROUNDS = 5;
const ROUND_MS = 1_500;
const CLIENTS = 8;
const PASSWORD = 'correct horse battery';
const OTHERS = 10;
const SIGNING_IN = 4;

/** Durable orders over mutual TLS and AES beside the store alone; and who waits while others sign in. */
export const desk: Bench = {
  says: `durable orders of ${CLIENTS} clients against the store without a network; others while ${SIGNING_IN} sign in`,
  programs: [],
  async run(tell) {
    const folder = mkdtempSync(join(tmpdir(), 'trustwalk-bench-'));
    const server = spawn(process.execPath, [processFile('desk/server.process'), folder], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    try {
      const [port] = (await once(createInterface(server.stdout), 'line')) as [string];
      const place = { folder, port: Number(port) };
      return [...(await orders(place, tell)), ...(await signIns(place, tell))];
    } finally {
      await ended(server);
      rmSync(folder, { recursive: true });
    }
  },
};

interface Place {
  readonly folder: string;
  readonly port: number;
}

async function ended(server: ChildProcess): Promise<void> {
  server.stdin?.end();
  await once(server, 'exit');
}

async function greeted({ folder, port }: Place): Promise<ForeignClient> {
  const file = (name: string) => readFileSync(join(folder, 'certs', name));
  const identity = { ca: file('ca.crt'), cert: file('client.crt'), key: file('client.key') };
  const client = new ForeignClient(connect({ host: '127.0.0.1', port, ...identity }));
  await client.greeting();
  return client;
}

async function entered(place: Place, user: string): Promise<ForeignClient> {
  const client = await greeted(place);
  const answer = await client.ask({ type: 'create-account', user, password: PASSWORD });
  if (answer?.['type'] !== 'ok') throw new Error(`the desk did not take ${user}: ${JSON.stringify(answer)}`);
  return client;
}

async function orders(place: Place, tell: (line: string) => void): Promise<Outcome[]> {
  const clients = await Promise.all([...Array(CLIENTS).keys()].map((at) => entered(place, `client-${at}`)));
  const overNetwork = async () => {
    let placed = 0;
    const startedAt = performance.now();
    const order = async (client: ForeignClient) => {
      for (; performance.now() < startedAt + ROUND_MS; placed++) {
        const answer = await client.ask({ type: 'order', item: 'green tea', quantity: 1 });
        if (answer?.['type'] !== 'ok') throw new Error(`an order was refused: ${JSON.stringify(answer)}`);
      }
    };
    await Promise.all(clients.map(order));
    return placed / ((performance.now() - startedAt) / 1000);
  };
  const store = (callers: number) => async () =>
    Number(await ownProcess('desk/store.process', [place.folder, String(callers), String(ROUND_MS)]));
  await overNetwork();
  const rows = await interleaved(
    ROUNDS,
    { desk: overNetwork, alone: store(1), grouped: store(CLIENTS) },
    ({ desk: ours, alone, grouped }, round) =>
      tell(
        `orders a second, round ${round + 1}: desk ${ours.toFixed(0)}; store, one commit for each order ` +
          `${alone.toFixed(0)}; store with ${CLIENTS} callers in one process ${grouped.toFixed(0)}`,
      ),
  );
  for (const client of clients) client.close();
  return [
    {
      kind: 'measured',
      what: `durable orders a second of ${CLIENTS} clients, over the store alone with a commit for each`,
      unit: 'x',
      values: rows.map(({ desk: ours, alone }) => ours / alone),
      bar: { atLeast: 0.5 },
      goal: 1,
    },
  ];
}

async function signIns(place: Place, tell: (line: string) => void): Promise<Outcome[]> {
  const others = await Promise.all([...Array(OTHERS).keys()].map((at) => entered(place, `other-${at}`)));
  const enter = await Promise.all([...Array(SIGNING_IN).keys()].map((at) => entered(place, `guest-${at}`)));
  /** The 99th percentile in ms of what the others wait, each asking 20 times a second. */
  const waits = async () => {
    const times: number[] = [];
    const endAt = performance.now() + 2 * ROUND_MS;
    const askOften = async (client: ForeignClient, at: number) => {
      await new Promise((resolve) => setTimeout(resolve, at * 5));
      while (performance.now() < endAt) {
        const startedAt = performance.now();
        await client.ask(at % 2 === 0 ? { type: 'order', item: 'tea', quantity: 1 } : { type: 'whoami' });
        times.push(performance.now() - startedAt);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    await Promise.all(others.map(askOften));
    return percentile(times, 99);
  };
  const besideSignIns = async () => {
    let isOver = false;
    const signIn = async (client: ForeignClient, at: number) => {
      while (!isOver) await client.ask({ type: 'sign-in', user: `guest-${at}`, password: PASSWORD });
    };
    const busy = enter.map(signIn);
    const found = await waits();
    isOver = true;
    await Promise.all(busy);
    return found;
  };
  await waits();
  const rows = await interleaved(ROUNDS, { quiet: waits, busy: besideSignIns }, ({ quiet, busy }, round) =>
    tell(`p99 of the others, round ${round + 1}: ${quiet.toFixed(1)} ms, beside sign-ins ${busy.toFixed(1)} ms`),
  );
  for (const client of [...others, ...enter]) client.close();
  return [
    {
      kind: 'measured',
      what: `p99 of ${OTHERS} others while ${SIGNING_IN} sign in without pause, over p99 without`,
      unit: 'x',
      values: rows.map(({ quiet, busy }) => busy / quiet),
      bar: { atMost: 2 },
    },
  ];
}
