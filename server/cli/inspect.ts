import {
  fileProblems,
  connectionJson,
  inspect as inspectConnection,
  type InspectionProblem,
} from '../../src/core/capture/inspection.ts';
import { isKeyLog } from '../../src/core/capture/key-log.ts';
import { printable } from '../../src/core/capture/printable.ts';
import { readCapture } from '../../src/core/capture/read-capture.ts';
import type { Capture } from '../../src/core/capture/capture.ts';
import { NATIVE } from '../primitives.ts';
import { Unreadable, readInput } from './inspect/input.ts';
import { connectionLines, problemLines } from './inspect/tree.ts';
import { type Command, type Terminal, UsageError, readOptions } from './usage.ts';

const HELP = `trustwalk inspect: takes the TLS connections of a capture apart.

  trustwalk inspect FILE|- [options]

  FILE           a pcap or pcapng capture of at most 200 MB; - reads it from standard input
  --keylog FILE  secrets in the format of NSS (SSLKEYLOGFILE), beside those in the capture
  --json         prints JSON for programs

TLS is found on any port, and after STARTTLS. Colours are for a terminal only, and NO_COLOR turns them off.

In JSON, "time" is milliseconds since the connection's first packet. A problem's "at" is the index of the record where
"connection" names one, else the number of the packet, counted from 1; null where there is none.

Exit status: 0 the capture was read, as far as it goes; 1 it is no capture, or cannot be read; 2 wrong usage.`;

export const inspect: Command = {
  says: 'takes the TLS connections of a capture apart',
  help: HELP,
  async run(args, terminal) {
    const { values, words } = readOptions(
      'inspect',
      args,
      { keylog: { type: 'string' }, json: { type: 'boolean' } },
      1,
    );
    const [file] = words;
    if (file === undefined)
      throw new UsageError('inspect takes a capture: trustwalk inspect FILE, or - for standard input');
    if (file === '-' && values.keylog === '-')
      throw new UsageError('only one of capture and key log can come from standard input');
    endWithReader();
    try {
      const capture = readCapture(await readInput(file));
      if (capture.format === null) throw new Unreadable(`${file}: ${capture.problems[0]?.text ?? ''}`);
      const beside = values.keylog === undefined ? '' : await readKeyLog(values.keylog);
      const keyLog = `${capture.keyLog}\n${beside}`;
      if (values.json) printJson(capture, keyLog, terminal);
      else printTree(capture, keyLog, terminal);
      return 0;
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      terminal.error(`trustwalk: ${printable(error.message)}`);
      return 1;
    }
  },
};

/** Whoever reads the output may stop, as `head` does: then there is nobody to write for. */
function endWithReader(): void {
  process.stdout.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
}

async function readKeyLog(file: string): Promise<string> {
  const text = new TextDecoder('latin1').decode(await readInput(file));
  if (!isKeyLog(text)) throw new Unreadable(`${file}: no line of it is one of a key log.`);
  return text;
}

/** One connection at a time: dissections of all of them at once would not fit. */
function printJson(capture: Capture, keyLog: string, { out }: Terminal): void {
  const problems: InspectionProblem[] = fileProblems(capture);
  out('{"connections":[');
  for (const index of capture.connections.keys()) {
    const inspected = inspectConnection(capture, index, keyLog, NATIVE);
    if (!inspected) continue;
    out((index === 0 ? '' : ',') + safeJson(connectionJson(inspected)));
    for (const problem of inspected.problems) problems.push(problem);
  }
  out(`],"problems":${safeJson(problems)}}`);
}

/** The same JSON: a hidden character can only stand in a string, and there its escape means it. */
function safeJson(value: unknown): string {
  return printable(JSON.stringify(value));
}

function printTree(capture: Capture, keyLog: string, { out }: Terminal): void {
  const isColoured = process.stdout.isTTY && !process.env['NO_COLOR'];
  const count = capture.connections.length;
  out(`${capture.format}, ${capture.packets} packets, ${count} TLS ${count === 1 ? 'connection' : 'connections'}`);
  for (const index of capture.connections.keys()) {
    const inspected = inspectConnection(capture, index, keyLog, NATIVE);
    if (inspected) for (const line of connectionLines(inspected, index, isColoured)) out(line);
  }
  for (const line of problemLines(fileProblems(capture), isColoured)) out(line);
}
