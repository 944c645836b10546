/** The functions of core/pki in a Worker of their own. It is started by the first call, and again after a cancel. */
import type { Pki } from '$core/world/ports.ts';
import { functionsOf, WorkerCalls } from './worker/calls.ts';
import { ownWorker } from './worker/own-worker.ts';

/** The learner stopped a calculation. */
export class Cancelled extends Error {
  override name = 'Cancelled';
  constructor() {
    super('You cancelled it. Nothing was kept.');
  }
}

function start(): Worker {
  const Worker = ownWorker();
  return new Worker(new URL('./pki.worker.ts', import.meta.url), { type: 'module' });
}

const calls = new WorkerCalls(start, 'The key workshop of this page stopped');

/** Every function of core/pki, each answering later. */
export const pki = functionsOf<Pki>(calls);

/** Stops what the worker is calculating. */
export const cancelPki = (): void => calls.end(new Cancelled());
