/** The page's side of a worker: functions that answer later. It is started by the first call, and again after an end. */
import type { Call, Reply } from './messages.ts';

type Listener = (...news: readonly unknown[]) => void;

interface Pending {
  resolve(value: unknown): void;
  reject(reason: Error): void;
  readonly listener: Listener | null;
}

export class WorkerCalls {
  readonly #start: () => Worker;
  readonly #words: string;
  #worker: Worker | null = null;
  #nextId = 1;
  readonly #pending = new Map<number, Pending>();

  /** @param words for people, when it breaks down: `The key workshop of this page stopped` */
  constructor(start: () => Worker, words: string) {
    this.#start = start;
    this.#words = words;
  }

  /** Starts it before the first call: from then on no server is needed. */
  prepare(): void {
    this.#started();
  }

  /** At most one argument may be a function; it is called with news. */
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

  /** Ends what is being calculated; whoever waits for it gets the reason. */
  end(reason: Error): void {
    this.#worker?.terminate();
    this.#worker = null;
    const waiting = [...this.#pending.values()];
    this.#pending.clear();
    waiting.forEach(({ reject }) => reject(reason));
  }

  #started(): Worker {
    if (this.#worker !== null) return this.#worker;
    const worker = this.#start();
    worker.onmessage = ({ data }: MessageEvent<Reply>) => this.#take(data);
    // an event without a message: the script could not be loaded
    worker.onerror = ({ message = 'its program could not be loaded.' }: Partial<ErrorEvent>) =>
      this.end(new Error(`${this.#words}: ${message}`));
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
}

/** Every function of the worker under its own name. */
export function functionsOf<Functions extends object>(calls: WorkerCalls): Functions {
  return new Proxy({} as Functions, {
    get: (_target, name) =>
      name === 'then' // else an async function that returns this object would wait for it
        ? undefined
        : (...args: unknown[]) => calls.call(String(name), args),
  });
}
