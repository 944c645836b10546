import { isKeyLog } from '../../src/core/capture/key-log.ts';
import { printable } from '../../src/core/capture/printable.ts';
import { withResumed } from '../../src/core/capture/resumed.ts';
import { readCapture } from '../../src/core/capture/read-capture.ts';
import { Unreadable, readInput } from './inspect/input.ts';
import { endWithReader, printJson, printTree } from './inspect/print.ts';
import { type Command, UsageError, readOptions } from './usage.ts';

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
      const keyLog = withResumed(capture.connections, `${capture.keyLog}\n${beside}`);
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

async function readKeyLog(file: string): Promise<string> {
  const text = new TextDecoder('latin1').decode(await readInput(file));
  if (!isKeyLog(text)) throw new Unreadable(`${file}: no line of it is one of a key log.`);
  return text;
}
