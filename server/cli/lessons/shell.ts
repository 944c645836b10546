/** Runs a lesson's shell block as written, in a folder of its own with the world's keys and certificates as files. */
import { spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { ShellRun } from '../../../src/core/course/lesson.ts';
import type { World } from '../../../src/core/world/world.ts';

export type ShellResult =
  | { readonly kind: 'done' }
  | { readonly kind: 'skipped'; readonly program: string }
  | { readonly kind: 'failed'; readonly status: number | null; readonly output: string };

/** Programs that a block may need; one that is missing skips the block by name. */
const PROGRAMS = ['openssl', 'python3', 'curl', 'tshark'] as const;
const DEADLINE_MS = 20_000;
const SHOWN_CHARACTERS = 500;

/** Where the order desk of the running server is: blocks find its port as `$PORT`, its files in `certs/`. */
export interface DeskPlace {
  readonly port: number;
  readonly certs: string;
}

export async function runShell(run: ShellRun, world: World, desk: DeskPlace): Promise<ShellResult> {
  const needed = run.lang === 'py' ? ['python3'] : PROGRAMS.filter((name) => new RegExp(`\\b${name}\\b`).test(run.value));
  const absent = needed.find((name) => !isOnPath(name));
  if (absent !== undefined) return { kind: 'skipped', program: absent };
  const folder = mkdtempSync(join(tmpdir(), 'trustwalk-lesson-'));
  try {
    for (const [name, content] of filesOf(world)) writeFileSync(join(folder, name), content, { mode: 0o600 });
    symlinkSync(desk.certs, join(folder, 'certs'));
    return await execute(run, folder, desk.port);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `alice.key`, `alice.crt`, `alice.csr`; the learner's own authority is `ca`, any other has its name. */
export function filesOf(world: World): [name: string, content: string][] {
  const authority = (name: string) => (name === 'mine' ? 'ca' : name);
  return [
    ...Object.values(world.keys).map(({ owner, privateKey }): [string, string] => [
      `${owner.startsWith('ca:') ? authority(owner.slice(3)) : owner}.key`,
      privateKey.reveal(),
    ]),
    ...Object.values(world.authorities).map(({ name, certificate }): [string, string] => [
      `${authority(name)}.crt`,
      certificate,
    ]),
    ...Object.entries(world.certificates).map(([owner, pem]): [string, string] => [`${owner}.crt`, pem]),
    ...Object.entries(world.requests).map(([owner, pem]): [string, string] => [`${owner}.csr`, pem]),
  ];
}

function execute({ lang, value }: ShellRun, folder: string, port: number): Promise<ShellResult> {
  const [program, args] = lang === 'py' ? ['python3', ['-c', value]] : ['sh', ['-eu', '-c', value]];
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: folder, env: { ...process.env, PORT: String(port) }, stdio: ['ignore', 'pipe', 'pipe'], timeout: DEADLINE_MS });
    let output = '';
    const note = (data: Buffer) => (output = (output + data.toString()).slice(-SHOWN_CHARACTERS));
    child.stdout.on('data', note);
    child.stderr.on('data', note);
    child.on('error', (error) => resolve({ kind: 'failed', status: null, output: error.message }));
    child.on('close', (status) => resolve(status === 0 ? { kind: 'done' } : { kind: 'failed', status, output }));
  });
}

function isOnPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false; // not in this folder
    }
  });
}
