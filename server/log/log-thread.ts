/** The thread that writes the log: what takes time there, a dissection or a slow disk, holds up nobody else. */
import { parentPort, workerData } from 'node:worker_threads';
import { StartError } from '../start-error.ts';
import { scribeHere } from './scribe.ts';
import type { Call, FromThread } from './thread.ts';

const tell = (message: FromThread) => parentPort?.postMessage(message);
const wordsOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

try {
  const scribe = scribeHere(String(workerData));
  parentPort?.on('message', ({ id, name, args }: Call) => {
    const call = scribe[name] as (...args: readonly unknown[]) => Promise<unknown>;
    call(...args).then(
      (value) => {
        tell({ kind: 'answer', id, value });
        if (name === 'close') parentPort?.close();
      },
      (error: unknown) => tell({ kind: 'failed', id, text: wordsOf(error) }),
    );
  });
  tell({ kind: 'ready', lastId: scribe.lastId });
} catch (error) {
  if (!(error instanceof StartError)) throw error;
  tell({ kind: 'unusable', text: error.message });
}
