import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Bench, Outcome } from './bench.ts';
import { admitted, ownPath, plainPath, type Line, type Path } from './bridge/paths.ts';
import { processFile } from './processes.ts';
import { interleaved } from './rounds.ts';
import { freePort } from '../tests/free-port.ts';

/** before any is counted: V8 compiles what runs often, and that takes some seconds of load */
const WARM_ROUNDS = 8;
const ROUNDS = 5;
const ROUND_MS = 700;
const PING_BYTES = 1024;
const BULK_BYTES = 64 * 1024;
const IN_FLIGHT = 8;
const SESSIONS = 100;

/** Our bridge, every byte of it tapped, beside Debian's websockify and beside the shortest bridge without a tap. */
export const bridge: Bench = {
  says: 'the tapped bridge: round trips, bulk, connections and memory, against websockify and against no tap',
  programs: ['websockify'],
  async run(tell) {
    const servers = await Servers.start();
    try {
      const own = ownPath(await admitted(servers.url));
      const plain = plainPath(servers.plainPort);
      const websockify = plainPath(servers.websockifyPort);
      return [
        await compared(
          '1 KiB round trips a second, ours over websockify',
          { own, other: websockify },
          roundTrips,
          0.8,
          tell,
        ),
        await compared('bulk, ours over the same without a tap', { own, other: plain }, bulk, 0.7, tell),
        await compared('open, echo, close a second, ours over websockify', { own, other: websockify }, churn, 4, tell),
        await memory(servers, { own, websockify }, tell),
      ];
    } finally {
      servers.stop();
    }
  },
};

async function compared(
  what: string,
  { own, other }: { readonly own: Path; readonly other: Path },
  measure: (path: Path) => Promise<number>,
  atLeast: number,
  tell: (line: string) => void,
): Promise<Outcome> {
  for (let warm = 0; warm < WARM_ROUNDS; warm++) for (const path of [own, other]) await measure(path);
  const rows = await interleaved(ROUNDS, { own: () => measure(own), other: () => measure(other) }, (row, round) =>
    tell(`${what}, round ${round + 1}: ${row.own.toFixed(0)} and ${row.other.toFixed(0)}`),
  );
  return { kind: 'measured', what, unit: 'x', values: rows.map((row) => row.own / row.other), bar: { atLeast } };
}

/** A record of TLS as the tap sees one: application data of so many bytes, header included. */
function record(bytes: number): Uint8Array {
  const made = new Uint8Array(bytes).fill(7);
  made.set([23, 3, 3, (bytes - 5) >> 8, (bytes - 5) & 0xff]);
  return made;
}

/** As many records as it takes: one holds at most 16 KiB. */
function records(bytes: number): Uint8Array {
  const most = 16 * 1024;
  const all = new Uint8Array(bytes);
  for (let at = 0; at < bytes; at += most) all.set(record(Math.min(most, bytes - at)), at);
  return all;
}

async function perSecond(run: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  let count = 0;
  while (performance.now() - startedAt < ROUND_MS) {
    await run();
    count += 1;
  }
  return (count * 1000) / (performance.now() - startedAt);
}

async function roundTrips(path: Path): Promise<number> {
  const line = await path();
  const rate = await perSecond(() => line.echoed(record(PING_BYTES)));
  await line.close();
  return rate;
}

/** MB a second with some of it always under way. */
async function bulk(path: Path): Promise<number> {
  const line = await path();
  const piece = records(BULK_BYTES);
  const under = Array.from({ length: IN_FLIGHT }, () => line.echoed(piece));
  const rate = await perSecond(async () => {
    await under.shift();
    under.push(line.echoed(piece));
  });
  await Promise.all(under);
  await line.close();
  return (rate * BULK_BYTES) / 1e6;
}

/** Connections made, used once and closed, eight at a time. */
async function churn(path: Path): Promise<number> {
  const once = async () => {
    const line = await path();
    await line.echoed(record(PING_BYTES));
    await line.close();
  };
  const rates = await Promise.all(Array.from({ length: IN_FLIGHT }, () => perSecond(once)));
  return rates.reduce((sum, rate) => sum + rate, 0);
}

async function memory(
  servers: Servers,
  { own, websockify }: { readonly own: Path; readonly websockify: Path },
  tell: (line: string) => void,
): Promise<Outcome> {
  const cost = async (path: Path, bytes: () => Promise<number>) => {
    const before = await bytes();
    const lines: Line[] = [];
    for (let count = 0; count < SESSIONS; count++) lines.push(await path());
    const after = await bytes();
    await Promise.all(lines.map((line) => line.close()));
    return Math.max(after - before, 0) / SESSIONS / 1024;
  };
  const theirs = await cost(websockify, () => Promise.resolve(servers.websockifyBytes()));
  const ours = await cost(own, () => servers.ownBytes());
  tell(`memory of ${SESSIONS} open sessions: ours ${ours.toFixed(0)} kB each, websockify ${theirs.toFixed(0)} kB each`);
  return {
    kind: 'measured',
    what: 'memory a session, ours over websockify',
    unit: 'x',
    values: [ours / theirs],
    bar: { atMost: 1 / 20 },
  };
}

type OwnServer = ChildProcessByStdio<Writable, Readable, null>;

class Servers {
  readonly #own: OwnServer;
  readonly #lines: Interface;
  readonly #websockify: ChildProcess;
  readonly websockifyPort: number;
  readonly plainPort: number;
  readonly url: string;

  static async start(): Promise<Servers> {
    const own = spawn(process.execPath, [processFile('bridge/server.process')], { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: own.stdout });
    const [line] = (await once(lines, 'line')) as [string];
    const ports = JSON.parse(line) as { echoPort: number; plainPort: number; url: string };
    const websockifyPort = await freePort();
    const websockify = spawn('websockify', [`127.0.0.1:${websockifyPort}`, `127.0.0.1:${ports.echoPort}`], {
      stdio: 'ignore',
    });
    await answering(plainPath(websockifyPort));
    return new Servers(own, lines, websockify, { ...ports, websockifyPort });
  }

  private constructor(
    own: OwnServer,
    lines: Interface,
    websockify: ChildProcess,
    ports: Pick<Servers, 'websockifyPort' | 'plainPort' | 'url'>,
  ) {
    this.#own = own;
    this.#lines = lines;
    this.#websockify = websockify;
    this.websockifyPort = ports.websockifyPort;
    this.plainPort = ports.plainPort;
    this.url = ports.url;
  }

  async ownBytes(): Promise<number> {
    this.#own.stdin.write('memory\n');
    const [line] = (await once(this.#lines, 'line')) as [string];
    return (JSON.parse(line) as { rss: number }).rss;
  }

  /** Of the program and the process that it forks for each connection; shared pages are counted by their share. */
  websockifyBytes(): number {
    const parent = String(this.#websockify.pid);
    const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').split(' ');
    const shares = [parent, ...children.filter((pid) => pid !== '')].map(sharedKilobytes);
    return shares.reduce((sum, kilobytes) => sum + kilobytes * 1024, 0);
  }

  stop(): void {
    this.#own.stdin.end();
    this.#websockify.kill();
  }
}

/** Memory of a process, pages that it shares with others counted by their share; 0 for one that is gone. */
function sharedKilobytes(pid: string): number {
  try {
    return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** Waits for a program that does not say when it listens. */
async function answering(path: Path): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      return await (await path()).close();
    } catch (error) {
      if (tries > 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
