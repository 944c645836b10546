import { Worker } from 'node:worker_threads';
import { StartError } from '../start-error.ts';
import type { Scribe } from './scribe.ts';
import type { Call, FromThread } from './thread.ts';

interface Pending {
  resolve(value: unknown): void;
  reject(reason: Error): void;
}

/**
 * Starts a thread that has the log.
 *
 * @param script the built `log-thread.ts`
 * @throws StartError when the log cannot be used
 */
export function scribeInThread(script: URL, path: string): Promise<Scribe> {
  const worker = new Worker(script, { workerData: path });
  const pending = new Map<number, Pending>();
  let nextId = 1;
  let ended: Error | null = null;

  const call = (name: Call['name'], args: readonly unknown[], handed: readonly ArrayBuffer[] = []): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (ended !== null) return reject(ended);
      const id = nextId++;
      pending.set(id, { resolve, reject });
      worker.postMessage({ id, name, args } satisfies Call, handed);
    });
  const end = (reason: Error) => {
    ended ??= reason;
    for (const { reject } of pending.values()) reject(ended);
    pending.clear();
  };
  let closing: Promise<void> | null = null;
  const close = async () => {
    const gone = new Promise((resolve) => worker.once('exit', resolve));
    await call('close', []).catch(() => undefined); // a thread that has ended has nothing to close
    if (ended === null) await gone;
  };

  return new Promise((resolve, reject) => {
    worker.on('message', (message: FromThread) => {
      switch (message.kind) {
        case 'ready':
          return resolve({
            lastId: message.lastId,
            write: (drafts) => {
              const buffers = drafts.map(({ frame }) => frame.buffer as ArrayBuffer);
              return call('write', [drafts], buffers) as ReturnType<Scribe['write']>;
            },
            list: (...args) => call('list', args) as ReturnType<Scribe['list']>,
            entry: (...args) => call('entry', args) as ReturnType<Scribe['entry']>,
            close: () => (closing ??= close()),
          });
        case 'unusable':
          void worker.terminate();
          return reject(new StartError(message.text));
        case 'answer':
          pending.get(message.id)?.resolve(message.value);
          return void pending.delete(message.id);
        case 'failed':
          pending.get(message.id)?.reject(new Error(message.text));
          return void pending.delete(message.id);
      }
    });
    worker.on('error', (error) => {
      end(error);
      reject(error);
    });
    worker.on('exit', () => end(new Error('the thread that writes the log has ended')));
  });
}
