/** One stage: which run it shows, as of which moment, and what is selected on it. Facts of the world are read, never kept. */
import { momentsOf, runAt, type Run } from '$core/bridge/run.ts';
import { dissectionOf } from '$core/world/outcome.ts';
import type { Side } from '$core/tls/dissection.ts';
import { nextOfSide } from '$core/world/changed.ts';
import type { Change, CommandInput } from '$core/world/commands.ts';
import { wireRows } from '$core/world/wire.ts';
import { bridge } from '$site/state/bridge.svelte.ts';
import { world } from '$site/state/world.svelte.ts';
import type { Selection } from '$site/ui/wire/sequence.ts';
import type { Choices } from './choices.svelte.ts';
import { rowsOf } from './rows.ts';
import { hasEnded } from './verdict.ts';

/** How near one looks. */
export const ZOOMS = ['story', 'messages', 'bytes'] as const;
export type Zoom = (typeof ZOOMS)[number];

/** What one wants to stop at. */
export const STOPS = [
  'ServerHello',
  'Certificate',
  'CertificateRequest',
  'CertificateVerify',
  'Finished',
  'NewSessionTicket',
  'data',
  'alert',
] as const;

/** A change that needs nothing but the record. */
export type SimpleChange = Exclude<Change['do'], 'replace' | 'edit'>;

export class StageState {
  readonly choices: Choices;
  #moment = $state.raw<{ readonly mark: string; readonly ms: number } | null>(null);
  #selected = $state.raw<{ readonly mark: string; readonly selection: Selection } | null>(null);
  #doing = $state.raw<CommandInput['type'] | null>(null);
  #problem = $state.raw<string | null>(null);
  #isLive = $state(false);
  zoom = $state<Zoom>('messages');
  /** what {@link until} waits for */
  stop = $state<(typeof STOPS)[number]>('CertificateVerify');
  /** the held record whose bytes are being edited; null: none */
  edited = $state<number | null>(null);
  /** whether records behind one that was taken out are sealed anew, under the number that their receiver expects */
  isResealing = $state(false);
  /** whether the list of what can be sent or cut is open */
  isInjecting = $state(false);

  /** whether what comes now waits at the gate */
  #isShut = $state(false);

  readonly #follows: () => boolean;

  /**
   * @param choices how the connection is made, and so which run is shown
   * @param follows whether the newest record is selected where the learner has chosen none
   */
  constructor(choices: Choices, follows: () => boolean) {
    this.choices = choices;
    this.#follows = follows;
  }

  /** The newest run of this stage, whole. */
  readonly whole: Run | null = $derived.by(() => world.current.runs[this.choices.label] ?? null);
  /** tells runs apart, also of one label */
  readonly mark = $derived(this.whole === null ? '' : `${this.whole.id} ${this.whole.startedAt}`);
  readonly moments = $derived(this.whole === null ? [] : momentsOf(this.whole));
  /** the moment that is looked at, ms from the run's start; null: now */
  readonly moment = $derived(this.#moment?.mark === this.mark ? this.#moment.ms : null);
  /** The run as of the moment that is looked at. */
  readonly run: Run | null = $derived(
    this.whole === null || this.moment === null ? this.whole : runAt(this.whole, this.moment),
  );
  readonly #prepared = $derived(
    this.moment === null ? world.current.prepared.filter(({ run }) => run === this.whole?.id) : [],
  );
  readonly dissection = $derived(this.run === null ? null : dissectionOf(this.run));
  readonly rows = $derived(this.run === null ? [] : rowsOf(this.run, this.#prepared));
  readonly isOpen = $derived(this.whole !== null && !hasEnded(this.whole));
  readonly held = $derived(this.moment === null && this.isOpen ? (this.whole?.held ?? []) : []);

  /** What is selected: the learner's choice, else the record that waits next, or the newest. */
  readonly selection: Selection | null = $derived.by(() => {
    if (this.#selected?.mark === this.mark) return this.#selected.selection;
    // While a connection is being made there is a newest one every few milliseconds.
    const next = this.held[0] ?? (this.#follows() && this.#doing !== 'dial' ? this.rows.at(-1) : undefined);
    return next === undefined ? null : { kind: 'record', index: next.index };
  });
  /** The selected record as it stands on the wire. */
  readonly selected = $derived.by(() => {
    const { run, selection } = this;
    if (run === null || selection?.kind !== 'record') return null;
    return wireRows(run).find(({ tap }) => tap.index === selection.index) ?? null;
  });

  get doing(): CommandInput['type'] | null {
    return this.#doing;
  }

  /** Why the last command was refused; null when it was not. */
  get problem(): string | null {
    return this.#problem;
  }

  /** Whether what comes now waits at the gate, as far as this page has seen to it. */
  get isShut(): boolean {
    return this.#isShut;
  }

  /** Whether records that come now are drawn crossing: those of a run that was there before stand still. */
  get isLive(): boolean {
    return this.#isLive;
  }

  get isReachable(): boolean {
    return bridge.status.kind === 'open';
  }

  select(selection: Selection | null): void {
    this.#selected = selection === null ? null : { mark: this.mark, selection };
  }

  /** Selects the record so many rows further on. */
  selectBy(by: number): void {
    const at = this.rows.findIndex(({ index }) => this.selection?.kind === 'record' && index === this.selection.index);
    const from = at < 0 && by < 0 ? this.rows.length : at;
    const row = this.rows[Math.max(0, Math.min(from + by, this.rows.length - 1))];
    if (row) this.select({ kind: 'record', index: row.index });
  }

  /** Opens the editor of the target's bytes. */
  edit(): void {
    if (this.canAct && this.target) this.edited = this.target.index;
  }

  /** Looks at the run as it was at a moment; null goes back to now. */
  lookAt(ms: number | null): void {
    this.#moment = ms === null ? null : { mark: this.mark, ms };
  }

  /** Looks at the moment before or after the one that is looked at. */
  look(by: -1 | 1): void {
    const { moments } = this;
    const now = this.moment ?? moments.at(-1) ?? 0;
    const next = by < 0 ? moments.findLast((ms) => ms < now) : moments.find((ms) => ms > now);
    if (next !== undefined) this.lookAt(next === moments.at(-1) ? null : next);
    else if (by < 0 && moments[0] !== undefined) this.lookAt(moments[0]);
  }

  /** The held record that is acted on: the selected one, else the one that waits longest. */
  readonly target = $derived.by(() => {
    const { selection, held } = this;
    return held.find(({ index }) => selection?.kind === 'record' && index === selection.index) ?? held[0] ?? null;
  });
  /** Whether another record of the target's sender waits behind it. */
  readonly hasNext = $derived(
    this.whole !== null && this.target !== null && nextOfSide(this.whole, this.target) !== null,
  );
  /** Whether a record is missing on the wire, so that what follows has a wrong number. */
  readonly hasGap = $derived(
    this.whole?.version === '1.3' &&
      (this.whole.records.some(({ delivered }) => delivered?.length === 0) ||
        this.#prepared.some(({ change }) => change.do === 'drop')),
  );
  /** Whether the open connection can be acted on now. */
  readonly canAct = $derived(this.isOpen && this.isReachable && this.#doing === null && this.moment === null);

  /** Makes the connection anew; one that is still open ends first. */
  async connect(): Promise<void> {
    if (!this.isReachable || this.#doing !== null) return;
    if (this.isOpen) await this.hangUp();
    await this.#does(this.choices.dial());
  }

  async hangUp(): Promise<void> {
    if (this.isOpen) await this.#does({ type: 'hang-up' });
  }

  /** Lets one record through, with what is prepared for it. */
  async step(): Promise<void> {
    if (this.canAct && this.held.length > 0) await this.#does({ type: 'gate', do: 'step', keyed: this.#keyed });
  }

  /** Opens the gate. */
  async go(): Promise<void> {
    if (this.canAct && (this.held.length > 0 || this.#isShut))
      await this.#does({ type: 'gate', do: 'run', keyed: this.#keyed });
  }

  /** Lets records through until the next one waits that is wanted; one that waits already is not that. */
  async until(): Promise<void> {
    if (!this.canAct || this.held.length === 0) return;
    const waiting = this.rows.find(({ index }) => index === this.held[0]?.index);
    const isWanted =
      this.stop === 'alert' ? waiting?.alert !== null : waiting?.label.split(/ \+ |, /).includes(this.stop);
    if (isWanted) await this.step();
    await this.#does({ type: 'gate', do: 'until', what: this.stop, keyed: this.#keyed });
  }

  /** Closes the gate: what comes from now on waits. */
  async pause(): Promise<void> {
    if (this.canAct) await this.#does({ type: 'gate', do: 'hold' });
  }

  /** Lets the target through as it was sent, before others if need be. */
  async pass(): Promise<void> {
    if (this.canAct && this.target)
      await this.#does({ type: 'act', do: 'pass', record: this.target.index, keyed: this.#keyed });
  }

  /** Prepares a change of the target: it happens when the gate lets it through. */
  async prepare(change: SimpleChange): Promise<void> {
    if (this.canAct && this.target)
      await this.#does({ type: 'act', do: change, record: this.target.index, when: 'passed' });
  }

  /** Prepares other bytes for a record: of one field, sealed again with the keys, or of all of it. */
  async rewrite(record: number, to: { readonly field: string | null; readonly hex: string }): Promise<void> {
    const { field, hex: bytes } = to;
    if (!this.canAct) return;
    const what = { type: 'act', record, when: 'passed', bytes } as const;
    await this.#does(field === null ? { ...what, do: 'replace' } : { ...what, do: 'edit', field });
  }

  /** Takes back what was prepared for the target. */
  async undo(): Promise<void> {
    if (this.canAct && this.target && this.changeOf(this.target.index))
      await this.#does({ type: 'act', do: 'undo', record: this.target.index });
  }

  /** Sends a fatal alert in a side's name, in clear. */
  async inject(from: Side, alert: number): Promise<void> {
    if (this.canAct) await this.#does({ type: 'act', do: 'inject', from, alert });
  }

  /** Ends the TCP connections on both sides of the tap. */
  async cut(how: 'FIN' | 'RST'): Promise<void> {
    if (this.canAct) await this.#does({ type: 'act', do: 'cut', how });
  }

  get #keyed(): 'yes' | 'no' {
    return this.isResealing && this.hasGap ? 'yes' : 'no';
  }

  /** What waits to be done to a record; null: nothing. */
  changeOf(record: number): Change | null {
    return this.#prepared.find((one) => one.record === record)?.change ?? null;
  }

  /** Carries out a command about this stage's connection, and follows what comes of it. */
  async #does(command: CommandInput): Promise<void> {
    if (this.#doing !== null) return;
    this.#doing = command.type;
    this.#problem = null;
    this.#isLive = true;
    this.#moment = null;
    const done = await world.perform(command);
    this.#doing = null;
    if (done.kind === 'failed') this.#problem = done.text;
    if (command.type === 'dial') this.#isShut = command.gate === 'step';
    if (command.type === 'gate') this.#isShut = command.do !== 'run';
    // What waits next is what one wants to see now.
    if (command.type === 'gate' || command.type === 'dial') this.#selected = null;
  }
}
