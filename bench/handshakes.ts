import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as later } from 'node:timers/promises';
import type { KeyKind } from '../src/core/pki/keys/key-kind.ts';
import { generateKey } from '../src/core/pki/pki.ts';
import { startProduct } from '../tests/product.ts';
import type { Bench, Outcome } from './bench.ts';
import { Nginx } from './handshakes/nginx.ts';
import { ownProcess, processFile } from './processes.ts';
import { interleaved, median } from './rounds.ts';

const ROUNDS = 7;
const EACH_ROUND = 300;
/** A server is judged when its code is warm. */
const WARM_UP = 1_000;
/** A process is done when so many looks in a row find it idle: longer than our log waits for a quiet moment. */
const STILL_LOOKS = 4;
const LOOK_MS = 500;
/** What `/proc/PID/stat` counts in: USER_HZ, 100 on all of Debian's machines. */
const TICKS_PER_SECOND = 100;

/** Mutual handshakes, for the CPU time that the server takes: the desk's port with tap and log beside servers without. */
export const handshakes: Bench = {
  says: "mutual handshakes a second of the server's CPU, with tap and log, against bare Node and nginx",
  programs: ['nginx'],
  async run(tell) {
    return [...(await withKeys('rsa-2048', 0.75, tell)), ...(await withKeys('p256', 0.7, tell))];
  },
};

interface Peer {
  readonly pid: number;
  readonly port: number;
  /** what a client says first */
  readonly greeting: string;
}

async function withKeys(kind: KeyKind, overBare: number, tell: (line: string) => void): Promise<Outcome[]> {
  const folder = mkdtempSync(join(tmpdir(), 'trustwalk-bench-'));
  const certs = join(folder, 'certs');
  mkdirSync(certs);
  // The desk makes certificates of the keys that it finds.
  for (const name of ['ca', 'server', 'client'])
    writeFileSync(join(certs, `${name}.key`), (await generateKey({ kind })).privateKey, { mode: 0o600 });
  const product = await startProduct(folder, [], join(process.cwd(), 'server/start.js'));
  const bare = spawn(process.execPath, [processFile('handshakes/bare.process'), certs], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const nginx = await Nginx.start(certs);
  try {
    const [line] = (await once(createInterface(bare.stdout), 'line')) as [string];
    const peers = {
      ours: { pid: product.pid, port: product.deskPort, greeting: '' },
      bare: { pid: bare.pid ?? 0, port: Number(line), greeting: '' },
      nginx,
    };
    for (const peer of Object.values(peers)) await perCpuSecond(certs, peer, WARM_UP);
    await settled(product.pid);
    const left: number[] = [];
    const measured = (peer: Peer) => async () => {
      const rate = await perCpuSecond(certs, peer, EACH_ROUND);
      if (peer === peers.ours) left.push((await settled(peer.pid)) / EACH_ROUND);
      return rate;
    };
    const rows = await interleaved(
      ROUNDS,
      { ours: measured(peers.ours), bare: measured(peers.bare), nginx: measured(peers.nginx) },
      (row, round) =>
        tell(
          `${kind}, round ${round + 1}, handshakes a CPU-second: ours ${row.ours.toFixed(0)}, ` +
            `bare Node ${row.bare.toFixed(0)}, nginx ${row.nginx.toFixed(0)}`,
        ),
    );
    tell(`${kind}: what our log has left for a quiet moment takes ${(median(left) * 1000).toFixed(2)} ms a handshake`);
    const outcome = (whose: 'bare' | 'nginx', name: string, atLeast: number): Outcome => ({
      kind: 'measured',
      what: `${kind}: mutual handshakes a CPU-second with tap and log, over ${name}`,
      unit: 'x',
      values: rows.map((row) => row.ours / row[whose]),
      bar: { atLeast },
    });
    return [outcome('bare', 'bare Node', overBare), outcome('nginx', 'nginx', 0.5)];
  } finally {
    bare.stdin.end();
    await nginx.stop();
    await product.stop();
    rmSync(folder, { recursive: true });
  }
}

async function perCpuSecond(certs: string, { pid, port, greeting }: Peer, count: number): Promise<number> {
  const before = cpuSeconds(pid);
  await ownProcess('handshakes/client.process', [certs, String(port), String(count), greeting]);
  return count / (cpuSeconds(pid) - before);
}

/** Waits until a process has nothing to do any more. @returns CPU seconds that it took until then */
async function settled(pid: number): Promise<number> {
  const before = cpuSeconds(pid);
  for (let busy = before, still = 0; still < STILL_LOOKS;) {
    await later(LOOK_MS);
    const now = cpuSeconds(pid);
    still = now === busy ? still + 1 : 0;
    busy = now;
  }
  return cpuSeconds(pid) - before;
}

/** CPU time of a process, all its threads, and of its children that are there. */
function cpuSeconds(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  return [String(pid), ...children.filter((child) => child !== '')].reduce((sum, one) => sum + ownSeconds(one), 0);
}

function ownSeconds(pid: string): number {
  // The program's name, which may hold spaces, stands in brackets; user and system time are the fields 14 and 15.
  const [, after = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  const fields = after.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
