/** One connection to the order desk: collects what tap and relay tell, and says when there is news. */
import type { Duplex } from 'node:stream';
import type { DeskRun } from '../../src/core/bridge/messages.ts';
import type { Chunk, Side } from '../../src/core/tls/dissection.ts';
import type { RelayPeer, RelayReport } from '../relay/relay.ts';
import type { PassedRecord, TapRun } from '../tap/tap-run.ts';
import { deskRunOf, dissectionOf, type Seen } from './desk-run.ts';
import type { TappedRunListener } from './tapped-relay.ts';

export interface DeskConnectionLimits {
  /** what a client may send before it is accepted */
  readonly handshakeBytes: number;
  /** for a client to close its end after the desk has closed */
  readonly lingerMs: number;
}

export interface DeskConnectionOwner {
  /** There is something new to show. */
  tell(run: DeskRun): void;
  /** The client's certificate was verified. @returns false to close the connection instead of serving it */
  admit(connection: DeskConnection, peer: RelayPeer): boolean;
  serve(stream: Duplex, peer: RelayPeer): void;
  over(connection: DeskConnection): void;
}

/** Bytes kept for the dissection: a handshake, a greeting and many orders. Later records are not shown. */
const SHOWN_BYTES = 64 * 1024;

export class DeskConnection implements TappedRunListener {
  readonly id: number;
  readonly #startedAt: number;
  readonly #startedMs = performance.now();
  readonly #run: TapRun;
  readonly #limits: DeskConnectionLimits;
  readonly #owner: DeskConnectionOwner;
  readonly #chunks: Chunk[] = [];
  #shownBytes = 0;
  #clientBytes = 0;
  #keyLog = '';
  #peer: RelayPeer | null = null;
  #failure: Seen['failure'] = null;
  #firstEnd: Side | null = null;
  #isGreeted = false;
  #linger: NodeJS.Timeout | undefined;

  constructor(id: number, startedAt: number, run: TapRun, limits: DeskConnectionLimits, owner: DeskConnectionOwner) {
    this.id = id;
    this.#startedAt = startedAt;
    this.#run = run;
    this.#limits = limits;
    this.#owner = owner;
  }

  /** Fingerprint of the verified certificate; null before. */
  get sha256(): string | null {
    return this.#peer?.sha256 ?? null;
  }

  held(): void {
    return; // the desk's own port holds nothing
  }

  record({ from, sent, delivered }: PassedRecord): void {
    const bytes = delivered ?? sent;
    if (from === 'client' && !this.#peer) {
      this.#clientBytes += bytes.length;
      if (this.#clientBytes > this.#limits.handshakeBytes) return this.#giveUp('The handshake was too long.');
    }
    this.#shownBytes += bytes.length;
    if (this.#shownBytes <= SHOWN_BYTES) this.#chunks.push({ from, at: performance.now() - this.#startedMs, bytes });
    if (from === 'server' && this.#peer && !this.#isGreeted) this.#tellWhenGreeted();
  }

  closed(from: Side): void {
    this.#firstEnd ??= from;
  }

  notTls(from: Side): void {
    if (from === 'client') this.#failure ??= { isVerdict: false, text: 'The client did not speak TLS.' };
  }

  report(report: RelayReport): void {
    switch (report.kind) {
      case 'key-log':
        this.#keyLog += report.line + '\n';
        return;
      case 'accepted':
        this.#peer = report.peer;
        return;
      case 'refused':
      case 'told':
      case 'fault':
      case 'ended':
        if (!this.#peer) this.#failure ??= { isVerdict: report.kind === 'refused', text: report.text };
        // A client that never closes its own end would hold its place for ever.
        this.#linger = setTimeout(() => this.#run.end(), this.#limits.lingerMs);
        return;
    }
  }

  plaintext(stream: Duplex, peer: RelayPeer): void {
    if (this.#owner.admit(this, peer)) return this.#owner.serve(stream, peer);
    this.#failure = { isVerdict: false, text: 'Too many connections with this certificate are open.' };
    stream.on('error', () => stream.destroy());
    stream.end();
    stream.resume();
  }

  over(): void {
    clearTimeout(this.#linger);
    if (this.#chunks.length > 0) this.#owner.tell(deskRunOf(this.#seen())); // a mere knock on the port is no news
    this.#owner.over(this);
  }

  /** Ends the connection at once, and says why where nothing else was said. */
  #giveUp(text: string): void {
    this.#failure ??= { isVerdict: false, text };
    this.#run.end();
  }

  #tellWhenGreeted(): void {
    const seen = this.#seen();
    const dissected = dissectionOf(seen);
    this.#isGreeted = dissected.applicationData.some(({ from }) => from === 'server');
    if (this.#isGreeted) this.#owner.tell(deskRunOf(seen, dissected));
  }

  #seen(): Seen {
    return {
      id: this.id,
      startedAt: this.#startedAt,
      chunks: this.#chunks,
      isCut: this.#shownBytes > SHOWN_BYTES,
      keyLog: this.#keyLog,
      peer: this.#peer,
      failure: this.#failure,
      firstEnd: this.#firstEnd,
    };
  }
}
