/**
 * The learner's own TLS client in one run: the state machine of `core/tls/client`, with the learner's anchors to judge
 * by and the learner's key to sign with. Its bytes leave over the bridge, and what the server sends comes back as the
 * tap's records: it reads exactly what is drawn. The key goes no further than to whoever computes signatures here, in a
 * page its Worker.
 */
import { certificateFacts } from '../../asn1/certificate.ts';
import { LIMITS } from '../../bridge/limits.ts';
import type { ClientReport } from '../../bridge/messages.ts';
import type { Fact } from '../../bridge/run.ts';
import { toHex } from '../../bytes/hex.ts';
import { LineCutter } from '../../bytes/lines.ts';
import { joined } from '../../bytes/reader.ts';
import { refused } from '../../bytes/result.ts';
import type { Secret } from '../../bytes/secret.ts';
import { shownUtf8, toUtf8 } from '../../bytes/utf8.ts';
import { HASHES } from '../../primitives/hash.ts';
import { TlsClient } from '../../tls/client/client.ts';
import type { ClientInput, ClientOptions, ClientOutput } from '../../tls/client/options.ts';
import { alertName } from '../../tls/names/names.ts';
import type { Ports } from '../ports.ts';
import type { KeptTicket } from './kept-tickets.ts';
import { judgeServer, type Distrust, type Expected } from './judge.ts';

/** Whom the client is: certificates (DER, its own first), what its key can sign with, and the key. */
export interface OwnIdentity {
  readonly chain: readonly Uint8Array[];
  readonly schemes: readonly number[];
  readonly privateKey: Secret;
}

export interface OwnClientOptions extends Expected {
  readonly run: number;
  readonly identity: OwnIdentity | null;
  /** what it offers, where something was chosen */
  readonly settings?: Partial<Pick<ClientOptions, 'suites' | 'groups'>>;
  /** goes on from an earlier connection */
  readonly resumed?: KeptTicket | null;
  /** takes the tickets of this connection; null: they are not kept */
  readonly keep?: ((kept: KeptTicket) => void) | null;
}

type Peer = Extract<ClientReport, { kind: 'trusts' }>['peer'];
type Output<Kind extends ClientOutput['kind']> = Extract<ClientOutput, { kind: Kind }>;

/** What goes wrong in the client itself is not the server's fault: RFC 8446 §6.2. */
const INTERNAL_ERROR = 80;
const CLOSE_NOTIFY = 0;
const GOODBYE: ClientReport = { kind: 'ended', code: null, text: 'The server has said goodbye.' };
const NO_GOODBYE: ClientReport = { kind: 'ended', code: null, text: 'The server closed without a goodbye.' };
const OWN_GOODBYE: ClientReport = { kind: 'ended', code: null, text: 'The client has said goodbye.' };

export class OwnClient {
  readonly #options: OwnClientOptions;
  readonly #ports: Ports;
  readonly #tls: TlsClient;
  readonly #cutter = new LineCutter(LIMITS.lineBytes);
  readonly #stopListening: () => void;
  /** who the server says it is, once it has shown a certificate */
  #server: Peer | null = null;
  #distrust: Distrust | null = null;
  #isOver = false;

  /** Listens from now on; says nothing before {@link start}. */
  constructor(options: OwnClientOptions, ports: Ports) {
    const { serverName, identity, settings = {}, resumed } = options;
    this.#options = options;
    this.#ports = ports;
    this.#tls = new TlsClient(
      { serverName, identity, ...settings, ticket: resumed?.ticket ?? null },
      { random: (bytes) => ports.random(bytes), now: () => ports.now() },
    );
    this.#stopListening = ports.bridge.onFact((fact) => this.#take(fact));
  }

  /** Nothing more can come of it. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Sends the ClientHello. */
  start(): void {
    this.#feed({ kind: 'start' });
  }

  /** Sends one line of application data; false when the connection takes no more. */
  say(line: string): boolean {
    if (!this.#isOver) this.#feed({ kind: 'send', bytes: toUtf8(line + '\n') });
    return !this.#isOver;
  }

  /** Says goodbye (close_notify), then closes. */
  hangUp(): void {
    if (this.#isOver) return;
    this.#feed({ kind: 'close' });
    this.#end(OWN_GOODBYE);
  }

  #take(fact: Fact): void {
    if (this.#isOver || fact.run !== this.#options.run) return;
    if ('held' in fact) return;
    if (!('type' in fact)) {
      if (fact.from === 'server') this.#feed({ kind: 'bytes', bytes: fact.delivered ?? fact.sent });
    } else if (fact.type === 'run') {
      this.#leave(); // the server counts anew: the run of this number is another one now
    } else if (fact.type === 'closed') {
      if (fact.from === 'server') this.#end(NO_GOODBYE);
      else this.#leave();
    }
  }

  /** Gives the client one input. What it says of itself is told before its bytes leave, as Node's client does. */
  #feed(input: ClientInput): void {
    const outputs = this.#tls.handle(input);
    this.#report(outputs.flatMap((output) => this.#reportsOf(output)));
    const records = outputs.flatMap((output) => (output.kind === 'record' ? [output.bytes] : []));
    if (records.length > 0) this.#tell(this.#ports.bridge.send(this.#options.run, joined(records)));
    for (const output of outputs) this.#actOn(output);
  }

  #reportsOf(output: ClientOutput): ClientReport[] {
    switch (output.kind) {
      case 'key-log':
        return [{ kind: 'key-log', line: output.line }];
      case 'connected':
        // Nobody was asked to judge: the server has proven that it knows the secret of the earlier connection.
        if (output.resumed) this.#server = this.#options.resumed?.server ?? null;
        return [...this.#trusts(), ...(output.resumed ? this.#stillKept() : [])];
      case 'data': {
        const lines = this.#cutter.push(output.bytes);
        return lines === 'too-large' ? [] : lines.map((line) => ({ kind: 'line', line: shownUtf8(line) }));
      }
      case 'ticket': {
        const { keep } = this.#options;
        if (!keep) return [];
        keep({ ticket: output.ticket, server: this.#server });
        return [{ kind: 'kept-ticket', lifetimeSeconds: output.ticket.lifetimeSeconds }];
      }
      default:
        return [];
    }
  }

  #trusts(): ClientReport[] {
    return this.#server ? [{ kind: 'trusts', peer: this.#server }] : [];
  }

  /** A server that takes a ticket need not give a new one: the old one stays good. */
  #stillKept(): ClientReport[] {
    const ticket = this.#options.resumed?.ticket;
    if (!ticket) return [];
    const goodUntil = ticket.receivedAt + ticket.lifetimeSeconds * 1000;
    return [{ kind: 'kept-ticket', lifetimeSeconds: Math.floor((goodUntil - this.#ports.now()) / 1000) }];
  }

  #actOn(output: ClientOutput): void {
    switch (output.kind) {
      case 'judge':
        return void this.#judge(output.chain);
      case 'sign':
        return void this.#sign(output);
      case 'refused':
        return this.#end(this.#refusal(output));
      case 'told':
        // RFC 8446 §6.1: each side says close_notify before it closes; after another alert this says nothing.
        this.#feed({ kind: 'close' });
        return this.#end(toldReport(output));
      default:
        return;
    }
  }

  async #judge(chain: readonly Uint8Array[]): Promise<void> {
    this.#server = peerOf(chain);
    const { pki, now } = this.#ports;
    this.#distrust = await judgeServer(chain, this.#options, pki, now()).catch(ownFailure);
    this.#feed({ kind: 'verdict', refusal: this.#distrust });
  }

  async #sign({ scheme, content }: Output<'sign'>): Promise<void> {
    const privateKey = this.#options.identity?.privateKey.reveal() ?? '';
    const signed = await this.#ports.pki.signHandshake({ privateKey, scheme, content }).catch(notSigned);
    if (signed.ok) return this.#feed({ kind: 'signature', signature: signed.value });
    this.#feed({ kind: 'no-signature', why: signed.error.why });
  }

  #refusal({ alert, why }: Output<'refused'>): ClientReport {
    const said = { code: alertName(alert), text: why };
    const isJudgement = this.#distrust !== null && alert !== INTERNAL_ERROR;
    return isJudgement ? { kind: 'refuses', ...said, peer: this.#server } : { kind: 'fault', ...said };
  }

  #end(lastWord: ClientReport): void {
    if (this.#isOver) return;
    this.#report([lastWord]);
    this.#tell(this.#ports.bridge.ask({ type: 'hang-up', run: this.#options.run }));
    this.#leave();
  }

  #leave(): void {
    this.#isOver = true;
    this.#stopListening();
  }

  #report(reports: readonly ClientReport[]): void {
    for (let at = 0; at < reports.length; at += LIMITS.reportsPerMessage) {
      const some = reports.slice(at, at + LIMITS.reportsPerMessage);
      this.#tell(this.#ports.bridge.ask({ type: 'report', run: this.#options.run, reports: some }));
    }
  }

  /** A bridge that is gone has ended this connection, and says so itself. */
  #tell(sent: Promise<unknown>): void {
    sent.catch(() => this.#leave());
  }
}

function peerOf([leaf]: readonly Uint8Array[]): Peer | null {
  const facts = leaf && certificateFacts(leaf);
  return facts ? { subject: facts.subject, serial: facts.serial, sha256: toHex(HASHES.SHA256.digest(leaf)) } : null;
}

function toldReport({ alert }: Output<'told'>): ClientReport {
  if (alert === CLOSE_NOTIFY) return GOODBYE;
  return { kind: 'told', code: alertName(alert), text: `The server sent the alert ${alertName(alert)}.` };
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : 'The client failed.');
const ownFailure = (error: unknown): Distrust => ({ alert: INTERNAL_ERROR, why: wordsOf(error) });
const notSigned = (error: unknown) => refused('failed', wordsOf(error));
