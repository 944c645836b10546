import { parseArgs, type ParseArgsConfig } from 'node:util';

/** The command line was not understood: one sentence, exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What a command prints and what it ends with: 0 done, 1 refused or failed, 2 wrong usage. */
export interface Terminal {
  readonly out: (line: string) => void;
  readonly error: (line: string) => void;
}

/** One command of the program. */
export interface Command {
  /** one line for the list of commands */
  readonly says: string;
  /** the whole help text */
  readonly help: string;
  /** the help of what these words ask for, where the command has verbs of its own */
  helpFor?(args: readonly string[]): string;
  /** @returns the exit status; null when the command goes on running */
  run(args: string[], terminal: Terminal): Promise<number | null>;
}

type Options = NonNullable<ParseArgsConfig['options']>;

/**
 * Reads options strictly.
 *
 * @param most words that may stand besides the options
 * @throws UsageError with what is wrong and where to find help
 */
export function readOptions<const O extends Options>(command: string, args: string[], options: O, most = 0) {
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true, strict: true });
    const extra = positionals[most];
    if (extra !== undefined) throw new UsageError(`"${extra}" is one word too many for ${command}.`);
    return { values, words: positionals };
  } catch (error) {
    if (error instanceof UsageError || !(error instanceof TypeError)) throw error;
    const [sentence = 'the options were not understood'] = error.message.split(/\. |\n/, 1);
    throw new UsageError(`${sentence.replace(/\.$/, '')}. See: trustwalk ${command} --help`);
  }
}

/** A port from the command line. @throws UsageError */
export function portOf(name: string, text: string, lowest = 0): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (port >= lowest && port <= 65_535) return port;
  throw new UsageError(`${name} takes a port from ${lowest} to 65535, not "${text}".`);
}
