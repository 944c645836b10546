import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { SERVER } from '../../src/core/capture/fixtures/build.ts';
import { output } from '../processes.ts';
import { timed } from '../rounds.ts';

export interface Files {
  readonly capture: string;
  readonly keyLog: string;
}

const common = ({ capture, keyLog }: Files): string[] => [
  ...['-r', capture, '-o', `tls.keylog_file:${keyLog}`],
  ...['-d', `tcp.port==${SERVER.port},tls`, '-n'],
];

/** Milliseconds to print the whole tree of every packet to nowhere. */
export function wholeTree(files: Files): Promise<number> {
  return timed(async () => {
    const child = spawn('tshark', [...common(files), '-V'], { stdio: 'ignore' });
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0) throw new Error(`tshark ended with ${code}`);
  });
}

/** How many Finished messages it can read. */
export async function finishedIn(files: Files): Promise<number> {
  const types = await output('tshark', [...common(files), '-Y', 'tls', '-T', 'fields', '-e', 'tls.handshake.type']);
  return types.split(/[\s,]+/).filter((type) => type === '20').length;
}
