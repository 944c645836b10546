/** One run of a session: stamps whatever its parts report with one clock, and makes facts of it. */
import { LIMITS } from '../../src/core/bridge/limits.ts';
import type { Side } from '../../src/core/tls/dissection.ts';
import type { ClientReport, Dial, Engine, RunClosed, RunEvent } from '../../src/core/bridge/messages.ts';
import { LineCutter } from '../../src/core/bytes/lines.ts';
import { shownUtf8 } from '../../src/core/bytes/utf8.ts';
import type { Recorder, Told } from '../log/recording.ts';
import type { RelayPeer, RelayReport } from '../relay/relay.ts';
import type { GateMode } from '../tap/gate.ts';
import type { HeldRecord, PassedRecord, TapRun } from '../tap/tap-run.ts';
import type { ClientEnd } from './client-end.ts';
import type { FactLog } from './fact-log.ts';
import { relayFact } from './relay-fact.ts';

const MICROSECONDS = 1000;

/** Where the run's facts go: to its page, and to the handshake log. */
export interface RunLogs {
  readonly facts: FactLog;
  readonly recorder: Recorder;
}

/** How a run begins. */
interface RunStart {
  readonly engine: Engine;
  /** Unix time in ms */
  readonly startedAt: number;
  readonly tap: TapRun;
}

/** What a program said with an event. */
interface Said {
  readonly code?: string | null;
  readonly text: string;
  readonly peer?: RelayPeer | null;
  readonly lifetimeSeconds?: number;
}

export class SessionRun {
  readonly id: number;
  /** null before it has begun, and once nobody can speak through it any more */
  end: ClientEnd | null = null;
  readonly #logs: RunLogs;
  readonly tap: TapRun;
  #gate: GateMode;
  readonly #heldSince = new Map<number, number>();
  readonly #startedMs = performance.now();

  constructor(id: number, logs: RunLogs, dial: Dial, { engine, startedAt, tap }: RunStart) {
    this.id = id;
    this.tap = tap;
    this.#logs = logs;
    const { label, client, serverName, hold } = dial;
    this.#gate = hold ? 'hold' : 'run';
    tap.setMode(this.#gate);
    const version = dial.client === 'node' ? dial.version : '1.3';
    logs.facts.add({ type: 'run', run: id, label, version, client, engine, serverName, startedAt });
  }

  /** Whether the gate keeps what comes. */
  get isShut(): boolean {
    return this.#gate === 'hold';
  }

  setGate(mode: GateMode): void {
    this.#gate = mode;
    this.tap.setMode(mode);
  }

  held({ index, from, sent }: HeldRecord): void {
    const at = this.#at();
    this.#heldSince.set(index, at);
    this.#logs.facts.add({ run: this.id, index, from, at, held: sent });
  }

  record({ index, from, sent, delivered }: PassedRecord): void {
    const at = this.#at();
    const sentAt = this.#heldSince.get(index) ?? at;
    this.#heldSince.delete(index);
    const passed = { index, from, sentAt, at, sent, delivered };
    this.#logs.facts.add({ ...passed, run: this.id });
    this.#logs.recorder.record(passed);
  }

  closed(from: Side, how: RunClosed['how']): void {
    this.#add({ type: 'closed', at: this.#at(), from, how });
  }

  /** Nothing more passes; its programs may still say something. */
  over(): void {
    this.#logs.recorder.over();
  }

  fromRelay(report: RelayReport): void {
    this.#add(relayFact(report, this.#at()));
  }

  fromClient(report: ClientReport): void {
    switch (report.kind) {
      case 'key-log':
        return this.#add({ type: 'key-log', at: this.#at(), side: 'client', line: report.line });
      case 'trusts':
        return this.#event('trusts-peer', {
          text: 'The client accepted the desk’s certificate.',
          peer: report.peer,
        });
      case 'refuses':
        return this.#event('refuses-peer', report);
      case 'line':
        return this.#heard('client', report.line);
      case 'kept-ticket':
        return this.#event(report.kind, {
          text: `The client keeps a ticket, good for ${report.lifetimeSeconds} seconds.`,
          lifetimeSeconds: report.lifetimeSeconds,
        });
      case 'told':
      case 'fault':
      case 'ended':
        return this.#event(report.kind, report);
    }
  }

  /** Tells each line that the desk reads. @returns what to feed the plaintext's bytes to */
  deskReader(): (bytes: Uint8Array) => void {
    const cutter = new LineCutter(LIMITS.lineBytes);
    return (bytes) => {
      const lines = cutter.push(bytes);
      if (lines !== 'too-large') for (const line of lines) this.#heard('server', shownUtf8(line));
    };
  }

  #at(): number {
    return Math.round((performance.now() - this.#startedMs) * MICROSECONDS) / MICROSECONDS;
  }

  #heard(side: Side, line: string): void {
    this.#add({ type: 'heard', at: this.#at(), side, line });
  }

  /** Said by the client. */
  #event(name: RunEvent['name'], { code = null, text, peer = null, lifetimeSeconds }: Said): void {
    const lifetime = lifetimeSeconds === undefined ? {} : { lifetimeSeconds };
    this.#add({ type: 'event', at: this.#at(), side: 'client', name, code, text, peer, ...lifetime });
  }

  #add(fact: Told): void {
    this.#logs.facts.add({ ...fact, run: this.id });
    this.#logs.recorder.take(fact);
  }
}
