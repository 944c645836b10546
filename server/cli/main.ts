/** The program `trustwalk`: finds the command and turns what it throws into one sentence and an exit status. */
import { readFileSync } from 'node:fs';
import { StartError } from '../start-error.ts';
import { client } from './client.ts';
import { desk } from './desk.ts';
import { inspect } from './inspect.ts';
import { log } from './log.ts';
import { USAGE as LESSONS_HELP, lessons as runLessons } from './lessons.ts';
import { pki } from './pki/pki.ts';
import { scenarios } from './scenarios.ts';
import { serve } from './serve.ts';
import { type Command, UsageError } from './usage.ts';

const lessons: Command = {
  says: 'validates lessons and replays them on real sockets',
  help: LESSONS_HELP,
  run: (args, { out }) => runLessons(args, out),
};

const COMMANDS: Readonly<Record<string, Command>> = { serve, client, desk, pki, inspect, log, lessons, scenarios };

const HELP = [
  'trustwalk: understand mutual TLS by doing it',
  '',
  ...Object.entries(COMMANDS).map(([name, { says }]) => `  trustwalk ${name.padEnd(11)}${says}`),
  '',
  'Each command has a --help of its own. Exit status: 0 done, 1 refused or failed, 2 wrong usage.',
].join('\n');

/**
 * Runs one command line; sets the process's exit status.
 *
 * @param argv words after the program's name; none is `serve`
 */
export async function main(argv: readonly string[]): Promise<void> {
  const status = await statusOf(argv);
  if (status !== null) process.exitCode = status;
}

async function statusOf(argv: readonly string[]): Promise<number | null> {
  const terminal = { out: print(process.stdout), error: print(process.stderr) };
  const [first = 'serve', ...rest] = argv;
  if (first === '--help' || first === '-h' || first === 'help') return (terminal.out(HELP), 0);
  if (first === '--version') return (terminal.out(version()), 0);
  // `trustwalk --port 0` is `trustwalk serve --port 0`.
  const [name, args] = first.startsWith('-') ? ['serve', [...argv]] : [first, rest];
  try {
    const command = COMMANDS[name];
    if (command === undefined || !Object.hasOwn(COMMANDS, name))
      throw new UsageError(`there is no command "${name}". See: trustwalk --help`);
    if (args.includes('--help') || args.includes('-h'))
      return (terminal.out(command.helpFor?.(args) ?? command.help), 0);
    return await command.run(args, terminal);
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof StartError)) throw error;
    terminal.error(`trustwalk: ${error.message}`);
    return error instanceof UsageError ? 2 : 1;
  }
}

function print(stream: NodeJS.WriteStream): (line: string) => void {
  return (line) => void stream.write(line + '\n');
}

function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
