/** One connection to the order desk: collects what tap and relay tell, and says when there is news. */
import type { Duplex } from 'node:stream';
import type { DeskRun } from '../../src/core/bridge/messages.ts';
import { certificateFacts } from '../../src/core/asn1/certificate.ts';
import type { Chunk, Side } from '../../src/core/tls/dissection.ts';
import type { AcceptedClient, RelayPeer, RelayReport } from '../relay/relay.ts';
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
  /** Whether anybody wants to know at once. */
  readonly isHeard: boolean;
  /** There is something new to show. Taking a connection apart costs time: it is done when somebody looks. */
  tell(id: number, run: () => DeskRun): void;
  /** The client's certificate was verified. @returns why the connection is closed all the same; null: it is served */
  refusal(connection: DeskConnection, client: AcceptedClient): DeskRefusal | null;
  serve(stream: Duplex, client: DeskClient): void;
  /** The client's certificate was refused, in the handshake or right after it. */
  refused(refusal: DeskRefusal, client: Partial<RelayPeer> & { readonly address: string }): void;
  over(connection: DeskConnection): void;
}

/** Why a client is not served: a code for programs and a sentence. */
export interface DeskRefusal {
  readonly code: string;
  readonly text: string;
}

/** An accepted client, and where it comes from: `127.0.0.1:50312`. */
export interface DeskClient extends AcceptedClient {
  readonly address: string;
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
  #verdict: DeskRefusal | null = null;
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
        if (!this.#peer && report.kind === 'refused') this.#verdict = { code: report.code, text: report.text };
        if (!this.#peer) this.#failure ??= { isVerdict: report.kind === 'refused', text: report.text };
        // A client that never closes its own end would hold its place for ever.
        this.#linger = setTimeout(() => this.#run.end(), this.#limits.lingerMs);
        return;
    }
  }

  plaintext(stream: Duplex, client: AcceptedClient): void {
    const refusal = this.#owner.refusal(this, client);
    if (refusal === null) return this.#owner.serve(stream, { ...client, address: this.#address });
    this.#failure = { isVerdict: false, text: refusal.text };
    const { subject, serial, sha256 } = client;
    this.#owner.refused(refusal, { subject, serial, sha256, address: this.#address });
    stream.on('error', () => stream.destroy());
    stream.end();
    stream.resume();
  }

  over(): void {
    clearTimeout(this.#linger);
    const isKnock = this.#chunks.length === 0; // a mere knock on the port is no news
    const seen = this.#seen();
    if (!isKnock) this.#owner.tell(this.id, () => deskRunOf(seen));
    if (this.#verdict !== null) {
      const [shown] = dissectionOf(seen).certificates.client;
      const facts = shown && certificateFacts(shown.der);
      const named = facts ? { subject: facts.subject, serial: facts.serial, sha256: shown.sha256 } : {};
      this.#owner.refused(this.#verdict, { ...named, address: this.#address });
    }
    this.#owner.over(this);
  }

  get #address(): string {
    return `${this.#run.peerAddress}:${this.#run.peerPort}`;
  }

  /** Ends the connection at once, and says why where nothing else was said. */
  #giveUp(text: string): void {
    this.#failure ??= { isVerdict: false, text };
    this.#run.end();
  }

  #tellWhenGreeted(): void {
    if (!this.#owner.isHeard) {
      this.#isGreeted = true; // it will be, before anybody looks
      return this.#owner.tell(this.id, () => deskRunOf(this.#seen()));
    }
    const seen = this.#seen();
    const dissected = dissectionOf(seen);
    this.#isGreeted = dissected.applicationData.some(({ from }) => from === 'server');
    if (this.#isGreeted) this.#owner.tell(this.id, () => deskRunOf(seen, dissected));
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
