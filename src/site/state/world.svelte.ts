/**
 * The learner's world in this tab: restored before anything is shown, changed only by commands and by what the bridge
 * tells, kept after every change. What is heavy (commands, checks, RSA) comes with the first lesson, not with home.
 */
import type { Welcome } from '$core/bridge/messages.ts';
import type { Expression } from '$core/course/expression.ts';
import type { Bet } from '$core/course/lesson.ts';
import type { CommandInput } from '$core/world/commands.ts';
import type { Finding } from '$core/world/evaluate.ts';
import type { WorldFact } from '$core/world/facts.ts';
import { KeptTickets } from '$core/world/own-client/kept-tickets.ts';
import type { Ports } from '$core/world/ports.ts';
import { LabRuns } from '$core/labs/lab-run.ts';
import { apply } from '$core/world/apply.ts';
import { EMPTY_WORLD, type World } from '$core/world/world.ts';
import { bridge } from './bridge.svelte.ts';
import { Drawing } from './drawing.ts';
import { Keeper, type Kept } from './keeper.ts';
import { forgetLearner, learnerId } from './learner.ts';
import { Listeners } from './listeners.ts';
import { Cancelled, cancelPki, pki } from './pki.ts';
import { progress } from './progress.svelte.ts';
import { openStore, type Place } from './storage.ts';

/** What came of a command; `text` is one plain sentence. */
export type Performed = { readonly kind: 'done' } | { readonly kind: 'failed'; readonly text: string };

/** A command that is being carried out, and how many candidates for primes it has tried. */
export interface Work {
  readonly command: CommandInput;
  readonly tried: number;
}

const NOTHING: Kept = { world: EMPTY_WORLD, seen: { session: null, seq: 0 } };

const MEMORY_ONLY =
  'This browser keeps nothing for this site. What you make lasts as long as this tab: download what you want to keep.';
const ELSEWHERE = 'Another tab of this browser is in use. Choose “Use this tab instead” above first.';

class LearnerWorld {
  #world: World = EMPTY_WORLD;
  /** What is drawn: it follows the world at some distance, so that records that come together are taken apart together. */
  #shown = $state.raw<World>(EMPTY_WORLD);
  readonly #drawing = new Drawing(() => this.#show());
  #work = $state.raw<Work | null>(null);
  #place = $state.raw<Place>('memory');
  #notice = $state.raw<string | null>(null);
  #keeper: Keeper | null = null;
  #knownSession: string | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  readonly #changes = new Listeners<World>();
  readonly #labRuns = new LabRuns();
  readonly #ports: Ports = {
    pki: new Proxy(pki, {
      get: (target, name) =>
        name === 'generateKey'
          ? (options: Parameters<typeof pki.generateKey>[0]) =>
              target.generateKey(options, (tried) => this.#tried(tried))
          : target[name as keyof typeof pki],
    }),
    bridge,
    clients: new Map(),
    tickets: new KeptTickets(),
    now: () => Date.now(),
    random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  };

  get current(): World {
    return this.#shown;
  }

  /** The command that is being carried out; null while nothing is. */
  get work(): Work | null {
    return this.#work;
  }

  /** Where the browser keeps the learner's things. */
  get place(): Place {
    return this.#place;
  }

  /** Something about the world that its owner should know: not kept, not readable, the desk has a new key. */
  get notice(): string | null {
    return this.#notice;
  }

  dismissNotice(): void {
    this.#notice = null;
  }

  /** Brings back what the browser kept, then connects. Never rejects. */
  async open(): Promise<void> {
    const store = await openStore();
    this.#place = store.place;
    if (store.place === 'memory') this.#notice = MEMORY_ONLY;
    this.#keeper = new Keeper(store, (why) => (this.#notice = why));
    const restore = async () => {
      const kept = (await this.#keeper?.read()) ?? NOTHING;
      await progress.restore(store);
      this.#world = kept.world;
      this.#knownSession = kept.seen.session;
      this.#drawing.now();
      return kept.seen;
    };
    bridge.onReturn(restore);
    bridge.onFact((fact) => {
      // Labs have a world of their own, and leave this one as it is.
      if (!this.#labRuns.has(fact)) this.#take({ kind: 'run', fact });
    });
    bridge.onWelcome((welcome) => this.#welcomed(welcome));
    bridge.start(await restore());
  }

  /** Fetches what lessons need, the Worker too, so that the bench works on while the server is away. */
  async warmUp(): Promise<void> {
    try {
      await Promise.all([import('$core/world/perform.ts'), import('$core/world/evaluate.ts'), pki.sha256Of('')]);
    } catch {
      return; // whoever needs it asks again, and is told why it does not come
    }
  }

  /** Called when the world that is drawn has changed. */
  onChange(listener: (world: World) => void): () => void {
    return this.#changes.add(listener);
  }

  /** Carries out a command, after those that were given before it. Never rejects. */
  perform(command: CommandInput): Promise<Performed> {
    const done = this.#queue.then(() => this.#perform(command));
    this.#queue = done;
    return done;
  }

  /** Stops a calculation that is under way. Its command then fails, and nothing of it is kept. */
  cancel(): void {
    cancelPki();
  }

  /** Reads the world for a check; inside a bet, `of` names the run it speaks about. */
  async evaluate(expression: Expression, of: string | null = null): Promise<Finding> {
    const { evaluate } = await import('$core/world/evaluate.ts');
    return evaluate(expression, this.#world, this.#ports, of);
  }

  /** The choices of a bet that are true now, from 1. */
  async answers(bet: Bet): Promise<readonly number[]> {
    const { answersOf } = await import('$core/world/evaluate.ts');
    return answersOf(bet, this.#world, this.#ports);
  }

  /** Size of what the browser keeps, in bytes. */
  async keptBytes(): Promise<number> {
    return (await this.#keeper?.size()) ?? 0;
  }

  /** Forgets keys, certificates, runs and progress, here and in the browser's storage. */
  async forgetEverything(): Promise<void> {
    progress.forget();
    this.#world = EMPTY_WORLD;
    await this.#keeper?.clear();
    forgetLearner();
    bridge.startAnew(learnerId());
    this.#drawing.now();
  }

  async #perform(command: CommandInput): Promise<Performed> {
    if (bridge.status.kind === 'taken-over') return { kind: 'failed', text: ELSEWHERE };
    this.#work = { command, tried: 0 };
    try {
      const { perform } = await import('$core/world/perform.ts');
      // One connection at a time on this page: the one before would stay open in the server, unseen.
      if (command.type === 'dial')
        await perform({ type: 'hang-up' }, this.#world, this.#ports, (fact) => this.#take(fact));
      const refusal = await perform(command, this.#world, this.#ports, (fact) => this.#take(fact));
      return refusal === null ? { kind: 'done' } : { kind: 'failed', text: refusal.why };
    } catch (error) {
      if (error instanceof Cancelled) return { kind: 'failed', text: error.message };
      return { kind: 'failed', text: `This did not work: ${error instanceof Error ? error.message : String(error)}` };
    } finally {
      this.#work = null;
      this.#drawing.now();
    }
  }

  #tried(tried: number): void {
    if (this.#work !== null) this.#work = { ...this.#work, tried };
  }

  #take(fact: WorldFact): void {
    this.#set(apply(this.#world, fact));
  }

  #set(world: World): void {
    this.#world = world;
    this.#keeper?.keep({ world, seen: bridge.seen });
    this.#drawing.soon();
  }

  #show(): void {
    if (this.#shown === this.#world) return;
    this.#shown = this.#world;
    this.#changes.tell(this.#world);
  }

  /** A new session knows nothing of this learner: the desk may have another key, so its request is fetched again. */
  #welcomed({ session }: Welcome): void {
    const isNew = this.#knownSession !== null && this.#knownSession !== session;
    this.#knownSession = session;
    if (this.#world !== EMPTY_WORLD) this.#keeper?.keep({ world: this.#world, seen: bridge.seen });
    if (isNew) this.#take({ kind: 'session-ended' });
    if (isNew && this.#world.requests['desk'] !== undefined) void this.#renewDesk(this.#world.requests['desk']);
  }

  async #renewDesk(before: string): Promise<void> {
    const fetched = await this.perform({ type: 'csr', who: 'desk' });
    if (fetched.kind === 'failed' || this.#world.requests['desk'] === before) return;
    const wasSigned = this.#world.certificates['desk'] !== undefined && this.#world.authorities['mine'] !== undefined;
    if (wasSigned) await this.perform({ type: 'sign', csr: 'desk', by: 'mine', for: 'server' });
    this.#notice = wasSigned
      ? 'The local server was started anew, so the desk has a new key. Your CA has signed its new request.'
      : 'The local server was started anew, so the desk has a new key and a new request.';
  }
}

export type { Finding };

export const world = new LearnerWorld();
