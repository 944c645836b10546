/**
 * A TLS 1.3 client without I/O: inputs in, outputs out; time and chance are arguments. It runs in the page, so the
 * key of its certificate never leaves the tab: what has to be signed is put out as a question. For teaching, on local
 * connections; its arithmetic is not constant in time.
 *
 * @see RFC 8446 §A.1 for the states
 */
import { sameBytes } from '../../bytes/reader.ts';
import { HANDSHAKE_NAMES } from '../names/names.ts';
import { Connection } from './connection.ts';
import { DEFAULT_OPTIONS, type Chance, type ClientInput, type ClientOptions, type ClientOutput } from './options.ts';
import { sayKeyUpdate, sendData, takeKeyUpdate, takeTicket } from './phases/connected.ts';
import { start, takeRetry, takeServerHello } from './phases/hello.ts';
import { takeSignature } from './phases/own-proof.ts';
import {
  takeCertificate,
  takeCertificateRequest,
  takeCertificateVerify,
  takeEncryptedExtensions,
  takeFinished,
  takeVerdict,
} from './phases/server-proof.ts';
import { refuse, Refusal } from './refusal.ts';
import { Received } from './checks/message.ts';
import type { State } from './state.ts';
import { ALERT, APPLICATION_DATA, CHANGE_CIPHER_SPEC, HANDSHAKE, type Content } from './wire/channel.ts';
import { u8 } from './wire/encode.ts';

const MAX_MESSAGE_BYTES = 2 ** 18; // a long chain of certificates has some ten thousand
const [CLOSE_NOTIFY, INTERNAL_ERROR, USER_CANCELED] = [0, 80, 90];
const [WARNING, FATAL] = [1, 2] as const;

/** The messages that may come in each state; in the others the client waits for its surroundings, or for nothing. */
const AWAITED = {
  ServerHello: ['ServerHello'], // a HelloRetryRequest is one as well
  EncryptedExtensions: ['EncryptedExtensions'],
  Certificate: ['CertificateRequest', 'Certificate'],
  CertificateVerify: ['CertificateVerify'],
  Finished: ['Finished'],
  anything: ['NewSessionTicket', 'KeyUpdate'],
} as const satisfies Partial<Record<State['expect'], readonly string[]>>;

const awaitedIn = ({ expect }: State): readonly string[] | null =>
  expect in AWAITED ? AWAITED[expect as keyof typeof AWAITED] : null;

export class TlsClient {
  readonly #connection: Connection;
  #state: State = { expect: 'start' };
  /** what is to be sent as soon as the client is connected */
  #unsent: Uint8Array[] = [];

  constructor(options: Partial<ClientOptions>, chance: Chance) {
    this.#connection = new Connection({ ...DEFAULT_OPTIONS, ...options }, chance);
  }

  /** What the client is waiting for, as the RFC calls it; `anything` once it is connected, `closed` for nothing more. */
  get expects(): State['expect'] {
    const state = this.#state;
    return state.expect === 'anything' && state.open === 'outgoing' ? 'closed' : state.expect;
  }

  /**
   * Takes one input and returns what comes of it, in order. Never throws for anything a server sends: a refusal is an
   * alert record and a `refused` output.
   */
  handle(input: ClientInput): ClientOutput[] {
    try {
      this.#take(input);
      this.#pump();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (this.#maySend) this.#connection.alert(FATAL, error.alert);
      this.#state = { expect: 'closed' };
      this.#connection.put({ kind: 'refused', alert: error.alert, why: error.message });
    }
    return this.#connection.taken();
  }

  /** Whether this side has not said that it will send nothing more. */
  get #maySend(): boolean {
    const state = this.#state;
    return state.expect === 'anything' ? state.open !== 'incoming' : state.expect !== 'closed';
  }

  #take(input: ClientInput): void {
    const connection = this.#connection;
    const state = this.#state;
    switch (input.kind) {
      case 'start':
        if (state.expect === 'start') this.#state = start(connection);
        return;
      case 'bytes':
        if (this.expects !== 'closed') connection.channel.push(input.bytes);
        return;
      case 'verdict':
        if (state.expect === 'verdict') this.#state = takeVerdict(state, input.refusal);
        return;
      case 'signature':
        if (state.expect === 'signature') this.#become(takeSignature(connection, state, input.signature));
        return;
      case 'no-signature':
        if (state.expect === 'signature') refuse(INTERNAL_ERROR, input.why);
        return;
      case 'send':
        if (!this.#maySend) return;
        if (state.expect === 'anything') sendData(connection, input.bytes);
        else this.#unsent.push(input.bytes.slice());
        return;
      case 'key-update':
        if (state.expect === 'anything' && this.#maySend) sayKeyUpdate(connection, input.asksPeer);
        return;
      case 'close':
        if (this.#maySend) this.#close();
        return;
    }
  }

  /** RFC 8446 §6.1: this side says nothing more; after the handshake it still listens. */
  #close(): void {
    const connection = this.#connection;
    const state = this.#state;
    if (state.expect !== 'start') {
      if (state.expect !== 'anything') connection.alert(WARNING, USER_CANCELED);
      connection.alert(WARNING, CLOSE_NOTIFY);
    }
    const listensOn = state.expect === 'anything' && state.open === 'both';
    this.#state = listensOn ? { ...state, open: 'incoming' } : { expect: 'closed' };
  }

  /** Works off what has come, until something is missing. */
  #pump(): void {
    const { inbox, channel } = this.#connection;
    for (;;) {
      const awaited = this.expects === 'closed' ? null : awaitedIn(this.#state);
      if (!awaited) return;
      const header = inbox.isEmpty ? null : inbox.header();
      if (header) {
        const name = HANDSHAKE_NAMES[header.type] ?? `Handshake message ${header.type}`;
        if (!awaited.includes(name)) refuse(10, `${name} came where ${awaited.join(' or ')} was due.`);
        if (header.length > MAX_MESSAGE_BYTES) refuse(47, `A message of ${header.length} bytes is too long.`);
      }
      const message = header && inbox.take(header);
      if (message) this.#message(new Received(message));
      else {
        const content = channel.next();
        if (!content) return;
        this.#content(content);
      }
    }
  }

  #content({ type, bytes }: Content): void {
    if (type === CHANGE_CIPHER_SPEC) return this.#changeCipherSpec(bytes);
    // RFC 8446 §5.4 for sealed records, §5.1 for handshake in clear: nobody sends an empty one.
    if (bytes.length === 0 && type !== APPLICATION_DATA) refuse(10, 'A record of this kind may not be empty.');
    if (type === HANDSHAKE) return this.#connection.inbox.add(bytes);
    if (!this.#connection.inbox.isEmpty) refuse(10, 'Another record came in the middle of a handshake message.');
    if (type === ALERT) return this.#told(bytes);
    if (this.#state.expect !== 'anything') refuse(10, 'Application data came before the handshake was done.');
    this.#connection.put({ kind: 'data', bytes });
  }

  /** RFC 8446 §5: until the server has finished it is passed over, wherever it stands. */
  #changeCipherSpec(bytes: Uint8Array): void {
    if (!sameBytes(bytes, u8(1))) refuse(10, 'A ChangeCipherSpec has to be one byte 01.');
    if (this.#state.expect === 'anything') refuse(10, 'A ChangeCipherSpec came after Finished.');
  }

  /** RFC 8446 §6: the level counts for nothing. */
  #told(bytes: Uint8Array): void {
    const [, code] = bytes;
    if (bytes.length !== 2 || code === undefined) return refuse(50, 'An alert has two bytes.');
    if (code === USER_CANCELED) return; // close_notify follows
    const state = this.#state;
    const sendsOn = code === CLOSE_NOTIFY && state.expect === 'anything' && state.open === 'both';
    if (code === CLOSE_NOTIFY && state.expect !== 'anything') this.#connection.alert(WARNING, CLOSE_NOTIFY);
    this.#state = sendsOn ? { ...state, open: 'outgoing' } : { expect: 'closed' };
    this.#connection.put({ kind: 'told', alert: code });
  }

  #message(received: Received): void {
    if (received.isMalformed) refuse(50, `${received.name} is malformed.`);
    const connection = this.#connection;
    const state = this.#state;
    switch (state.expect) {
      case 'ServerHello': {
        const isRetry = received.name === 'HelloRetryRequest';
        this.#state = (isRetry ? takeRetry : takeServerHello)(connection, state, received);
        return;
      }
      case 'EncryptedExtensions':
        this.#state = takeEncryptedExtensions(connection, state, received);
        return;
      case 'Certificate': {
        const isRequest = received.name === 'CertificateRequest';
        this.#state = (isRequest ? takeCertificateRequest : takeCertificate)(connection, state, received);
        return;
      }
      case 'CertificateVerify':
        this.#state = takeCertificateVerify(connection, state, received);
        return;
      case 'Finished':
        return this.#become(takeFinished(connection, state, received));
      case 'anything':
        return (received.name === 'KeyUpdate' ? takeKeyUpdate : takeTicket)(connection, state, received);
      case 'start':
      case 'verdict':
      case 'signature':
      case 'closed':
        throw new Error(`Nothing is read while the client waits for ${state.expect}.`);
    }
  }

  /** Enters a state; once connected, what had to wait is sent. */
  #become(state: State): void {
    this.#state = state;
    if (state.expect !== 'anything') return;
    for (const bytes of this.#unsent.splice(0)) sendData(this.#connection, bytes);
  }
}
