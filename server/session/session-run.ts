/** One run of a session: stamps whatever its parts report with one clock, and makes facts of it. */
import { LIMITS } from '../../src/core/bridge/limits.ts';
import type { Side } from '../../src/core/tls/dissection.ts';
import type { ClientReport, Dial, Engine, RunClosed, RunEvent } from '../../src/core/bridge/messages.ts';
import { LineCutter } from '../../src/core/bytes/lines.ts';
import { shownUtf8 } from '../../src/core/bytes/utf8.ts';
import type { RelayPeer, RelayReport } from '../relay/relay.ts';
import type { GateMode } from '../tap/gate.ts';
import type { HeldRecord, PassedRecord, TapRun } from '../tap/tap-run.ts';
import type { ClientEnd } from './client-end.ts';
import type { FactLog } from './fact-log.ts';

const MICROSECONDS = 1000;

/** What a program said with an event. */
interface Told {
  readonly code?: string | null;
  readonly text: string;
  readonly peer?: RelayPeer | null;
  readonly lifetimeSeconds?: number;
}

export class SessionRun {
  readonly id: number;
  /** null before it is there, and once nobody can speak through it any more */
  end: ClientEnd | null = null;
  readonly #log: FactLog;
  #tap: TapRun | null = null;
  #gate: GateMode;
  readonly #heldSince = new Map<number, number>();
  readonly #startedMs = performance.now();

  constructor(id: number, log: FactLog, dial: Dial, engine: Engine, startedAt: number) {
    this.id = id;
    this.#log = log;
    const { label, client, serverName, hold } = dial;
    this.#gate = hold ? 'hold' : 'run';
    const version = dial.client === 'node' ? dial.version : '1.3';
    log.add({ type: 'run', run: id, label, version, client, engine, serverName, startedAt });
  }

  /** The run as the tap knows it; null before it is joined there. */
  get tap(): TapRun | null {
    return this.#tap;
  }

  joined(tap: TapRun): void {
    this.#tap = tap;
    tap.setMode(this.#gate);
  }

  /** Whether the gate keeps what comes. */
  get isShut(): boolean {
    return this.#gate === 'hold';
  }

  setGate(mode: GateMode): void {
    this.#gate = mode;
    this.#tap?.setMode(mode);
  }

  held({ index, from, sent }: HeldRecord): void {
    const at = this.#at();
    this.#heldSince.set(index, at);
    this.#log.add({ run: this.id, index, from, at, held: sent });
  }

  record({ index, from, sent, delivered }: PassedRecord): void {
    const at = this.#at();
    const sentAt = this.#heldSince.get(index) ?? at;
    this.#heldSince.delete(index);
    this.#log.add({ run: this.id, index, from, sentAt, at, sent, delivered });
  }

  closed(from: Side, how: RunClosed['how']): void {
    this.#log.add({ type: 'closed', run: this.id, at: this.#at(), from, how });
  }

  fromRelay(report: RelayReport): void {
    switch (report.kind) {
      case 'key-log':
        return this.#keyLog('server', report.line);
      case 'accepted':
        return this.#event('server', 'trusts-peer', { text: 'The desk accepted the certificate.', peer: report.peer });
      case 'refused':
        return this.#event('server', 'refuses-peer', report);
      case 'told':
      case 'fault':
      case 'ended':
        return this.#event('server', report.kind, report);
    }
  }

  fromClient(report: ClientReport): void {
    switch (report.kind) {
      case 'key-log':
        return this.#keyLog('client', report.line);
      case 'trusts':
        return this.#event('client', 'trusts-peer', {
          text: 'The client accepted the desk’s certificate.',
          peer: report.peer,
        });
      case 'refuses':
        return this.#event('client', 'refuses-peer', report);
      case 'line':
        return this.#heard('client', report.line);
      case 'kept-ticket':
        return this.#event('client', report.kind, {
          text: `The client keeps a ticket, good for ${report.lifetimeSeconds} seconds.`,
          lifetimeSeconds: report.lifetimeSeconds,
        });
      case 'told':
      case 'fault':
      case 'ended':
        return this.#event('client', report.kind, report);
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

  #keyLog(side: Side, line: string): void {
    this.#log.add({ type: 'key-log', run: this.id, at: this.#at(), side, line });
  }

  #heard(side: Side, line: string): void {
    this.#log.add({ type: 'heard', run: this.id, at: this.#at(), side, line });
  }

  #event(side: Side, name: RunEvent['name'], { code = null, text, peer = null, lifetimeSeconds }: Told): void {
    const lifetime = lifetimeSeconds === undefined ? {} : { lifetimeSeconds };
    this.#log.add({ type: 'event', run: this.id, at: this.#at(), side, name, code, text, peer, ...lifetime });
  }
}
