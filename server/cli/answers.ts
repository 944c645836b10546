/** What a person answers: prompted on a terminal, or read as lines from a pipe. The same answers in both. */
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

export interface Answers {
  /** whether somebody sits there and sees the prompts */
  readonly isTerminal: boolean;
  /** The next line; null at the end of the input. `hidden` shows nothing of what is typed. */
  ask(prompt: string, options?: { readonly hidden?: boolean }): Promise<string | null>;
  close(): void;
}

/** Reads answers from standard input. */
export function answersFrom(input: NodeJS.ReadStream, output: NodeJS.WriteStream): Answers {
  const isTerminal = input.isTTY === true && output.isTTY === true;
  let isMuted = false;
  const echo = new Writable({
    write(chunk, _encoding, done) {
      if (!isMuted) output.write(chunk as Buffer);
      done();
    },
  });
  const reader = createInterface({ input, ...(isTerminal ? { output: echo, terminal: true } : {}) });
  const lines: string[] = [];
  let waiting: ((line: string | null) => void) | null = null;
  let hasEnded = false;
  const give = (line: string | null) => {
    const taker = waiting;
    waiting = null;
    taker?.(line);
  };
  reader.on('line', (line) => (waiting === null ? lines.push(line) : give(line)));
  reader.on('close', () => {
    hasEnded = true;
    give(null);
  });
  return {
    isTerminal,
    async ask(prompt, { hidden = false } = {}) {
      const known = lines.shift();
      if (known !== undefined) return known;
      if (hasEnded) return null;
      if (isTerminal) output.write(prompt);
      isMuted = hidden;
      const line = await new Promise<string | null>((resolve) => (waiting = resolve));
      isMuted = false;
      if (isTerminal && hidden) output.write('\n');
      return line;
    },
    close: () => reader.close(),
  };
}
