import { functionsOf, WorkerCalls } from '../worker/calls.ts';
import { ownWorker } from '../worker/own-worker.ts';
import type { CaptureReader } from './reader.ts';

/** A worker that reads captures, and its functions. */
export interface Desk {
  readonly calls: WorkerCalls;
  readonly reader: CaptureReader;
}

/** The worker is started by the first call. */
export function newDesk(): Desk {
  const start = () => {
    const Worker = ownWorker();
    return new Worker(new URL('./capture.worker.ts', import.meta.url), { type: 'module' });
  };
  const calls = new WorkerCalls(start, 'The part of this page that reads captures stopped');
  return { calls, reader: functionsOf<CaptureReader>(calls) };
}
