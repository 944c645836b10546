/** The functions of core/pki in a Worker of their own. It is started by the first call, and again after a cancel. */
import type { Pki } from '$core/world/ports.ts';
import type { Call, Reply } from './pki-protocol.ts';

/** The learner stopped a calculation. */
export class Cancelled extends Error {
  override name = 'Cancelled';
  constructor() {
    super('You cancelled it. Nothing was kept.');
  }
}

type Listener = (...news: readonly unknown[]) => void;

interface Pending {
  resolve(value: unknown): void;
  reject(reason: Error): void;
  readonly listener: Listener | null;
}

class PkiWorker {
  #worker: Worker | null = null;
  #nextId = 1;
  readonly #pending = new Map<number, Pending>();

  call(name: string, args: readonly unknown[]): Promise<unknown> {
    const id = this.#nextId++;
    const at = args.findIndex((argument) => typeof argument === 'function');
    const listener = at < 0 ? null : (args[at] as Listener);
    const message: Call = {
      id,
      name,
      args: args.map((argument, index) => (index === at ? undefined : argument)),
      listenerAt: at < 0 ? null : at,
    };
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject, listener });
      this.#started().postMessage(message);
    });
  }

  /** Ends what is being calculated; whoever waits for it gets {@link Cancelled}. */
  cancel(): void {
    this.#end(new Cancelled());
  }

  #started(): Worker {
    if (this.#worker !== null) return this.#worker;
    const worker = startWorker();
    worker.onmessage = ({ data }: MessageEvent<Reply>) => this.#take(data);
    worker.onerror = ({ message }) => this.#end(new Error(`The key workshop of this page stopped: ${message}`));
    this.#worker = worker;
    return worker;
  }

  #take(reply: Reply): void {
    const pending = this.#pending.get(reply.id);
    if (pending === undefined) return;
    if (reply.kind === 'news') return pending.listener?.(...reply.news);
    this.#pending.delete(reply.id);
    if (reply.kind === 'done') pending.resolve(reply.value);
    else pending.reject(new Error(reply.text));
  }

  #end(reason: Error): void {
    this.#worker?.terminate();
    this.#worker = null;
    const waiting = [...this.#pending.values()];
    this.#pending.clear();
    waiting.forEach(({ reject }) => reject(reason));
  }
}

/** The part of Trusted Types that this file needs; browsers without them take the URL as it is. */
interface Policy {
  createScriptURL(url: string): string;
}
interface TrustedTypes {
  createPolicy(name: string, rules: Policy): Policy;
}

/**
 * The page's security policy lets a worker start only from a URL that a named policy made. This one makes exactly one:
 * Vite has to see `new Worker(new URL(…))` as it stands, so the policy wraps the constructor's argument.
 */
function startWorker(): Worker {
  policy ??= newPolicy();
  const { createScriptURL } = policy;
  const Native = globalThis.Worker;
  const Worker = class extends Native {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(createScriptURL(String(url)), options);
    }
  };
  return new Worker(new URL('./pki.worker.ts', import.meta.url), { type: 'module' });
}

let policy: Policy | null = null;

function newPolicy(): Policy {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  const made = trustedTypes?.createPolicy('trustwalk-worker', { createScriptURL: onlyOurs });
  return { createScriptURL: (url) => (made === undefined ? onlyOurs(url) : made.createScriptURL(url)) };
}

function onlyOurs(url: string): string {
  if (new URL(url, location.href).origin === location.origin) return url;
  throw new Error('A worker comes from this page’s own server only.');
}

const worker = new PkiWorker();

/** Every function of core/pki, each answering later. */
export const pki = new Proxy({} as Pki, {
  get: (_target, name) =>
    name === 'then' // else an async function that returns this object would wait for it
      ? undefined
      : (...args: unknown[]) => worker.call(String(name), args),
});

/** Stops what the worker is calculating. */
export const cancelPki = (): void => worker.cancel();
