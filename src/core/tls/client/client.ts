/**
 * A TLS 1.3 client without I/O: inputs in, outputs out; time and chance are arguments. It runs in the page, so the
 * key of its certificate never leaves the tab: what has to be signed is put out as a question. For teaching, on local
 * connections; its arithmetic is not constant in time.
 *
 * @see RFC 8446 §A.1 for the states
 */
import { concat, sameBytes } from '../../bytes/reader.ts';
import { HASHES } from '../../signature/hash.ts';
import type { KeyLogLabel } from '../keys/keylog.ts';
import { finishedMac } from '../keys/schedule.ts';
import { Transcript } from '../keys/transcript.ts';
import { suiteOf, type Suite } from '../names/suites.ts';
import { signedContent13 } from '../verify/content.ts';
import { Channel, type Content } from './channel.ts';
import {
  acceptedPsk,
  agreedSecret,
  agreedSuite,
  chainOf,
  chosenProtocol,
  extensionsOf,
  proveServer,
  requestOf,
  retryOf,
  type Request,
} from './checks.ts';
import { ascii, message, u16, u8, vec16, vec24, vec8 } from './encode.ts';
import { clientHello, newShare, withBinder, type Share } from './hello.ts';
import { messageLength, Received } from './message.ts';
import {
  DEFAULT_OPTIONS,
  type Chance,
  type ClientInput,
  type ClientOptions,
  type ClientOutput,
  type Misdeed,
} from './options.ts';
import { refuse, Refusal } from './refusal.ts';
import { ClientSecrets, keyLogLine, messageHash, type Pair } from './secrets.ts';

const MAX_MESSAGE_BYTES = 2 ** 18;
const [CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, APPLICATION_DATA] = [20, 21, 22, 23];

/** Which message or answer comes next, with what is known by then. */
type State =
  | { readonly expect: 'start' | 'closed' }
  | { readonly expect: 'ServerHello'; readonly isRetried: boolean }
  | { readonly expect: 'EncryptedExtensions' | 'Certificate' | 'Finished'; readonly traffic: Pair }
  | { readonly expect: 'verdict' | 'CertificateVerify'; readonly traffic: Pair; readonly chain: readonly Uint8Array[] }
  | { readonly expect: 'signature'; readonly traffic: Pair; readonly application: Pair; readonly scheme: number }
  | { readonly expect: 'anything'; readonly handshakeHash: Uint8Array };

export class TlsClient {
  readonly #options: ClientOptions;
  readonly #chance: Chance;
  readonly #channel = new Channel();
  readonly #transcript = new Transcript();
  readonly #random: Uint8Array;
  readonly #sessionId: Uint8Array;
  #state: State = { expect: 'start' };
  #out: ClientOutput[] = [];
  #handshake: Uint8Array = new Uint8Array();
  #unsent: Uint8Array[] = [];
  #shares: Share[] = [];
  #suite: Suite | null = null;
  #secrets: ClientSecrets | null = null;
  #request: Request | null = null;
  #alpn: string | null = null;
  #isResumed = false;

  constructor(options: Partial<ClientOptions>, chance: Chance) {
    this.#options = { ...DEFAULT_OPTIONS, ...options };
    this.#chance = chance;
    this.#random = chance.random(32);
    this.#sessionId = chance.random(32);
  }

  /** What the client is waiting for, as the RFC calls it; `anything` once it is connected. */
  get expects(): State['expect'] {
    return this.#state.expect;
  }

  /**
   * Takes one input and returns what comes of it, in order. Never throws for anything a server sends: a refusal is an
   * alert record and a `refused` output.
   */
  handle(input: ClientInput): ClientOutput[] {
    this.#out = [];
    if (this.#state.expect !== 'closed') {
      try {
        this.#take(input);
        this.#pump();
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        this.#end(error.alert, 2);
        this.#out.push({ kind: 'refused', alert: error.alert, why: error.message });
      }
    }
    return this.#out;
  }

  #take(input: ClientInput): void {
    const state = this.#state;
    switch (input.kind) {
      case 'start':
        if (state.expect === 'start') this.#start();
        return;
      case 'bytes':
        return this.#channel.push(input.bytes);
      case 'verdict':
        if (state.expect !== 'verdict') return;
        if (input.refusal) refuse(input.refusal.alert, input.refusal.why);
        this.#state = { ...state, expect: 'CertificateVerify' };
        return;
      case 'signature':
        if (state.expect === 'signature') this.#sendProof(state, input.signature);
        return;
      case 'send':
        if (state.expect === 'anything') this.#send({ type: APPLICATION_DATA, bytes: input.bytes });
        else this.#unsent.push(input.bytes);
        return;
      case 'key-update':
        if (state.expect === 'anything') this.#sendKeyUpdate(input.asksPeer);
        return;
      case 'close':
        return this.#end(0, 1);
    }
  }

  /** Works off what has come, until something is missing. */
  #pump(): void {
    while (!['start', 'closed', 'verdict', 'signature'].includes(this.#state.expect)) {
      const length = messageLength(this.#handshake);
      if (length !== null && length > MAX_MESSAGE_BYTES) refuse(47, `A message of ${length} bytes is too long.`);
      if (length !== null && this.#handshake.length >= length) {
        const received = new Received(this.#handshake.subarray(0, length));
        this.#handshake = this.#handshake.subarray(length);
        this.#message(received);
        continue;
      }
      const content = this.#channel.next();
      if (!content) return;
      if ('alert' in content) refuse(content.alert, content.why);
      else this.#content(content);
    }
  }

  #content({ type, bytes }: Content): void {
    if (type === HANDSHAKE && bytes.length > 0) this.#handshake = concat(this.#handshake, bytes);
    else if (this.#handshake.length > 0) refuse(10, 'Another record came in the middle of a handshake message.');
    else if (type === ALERT) this.#told(bytes);
    else if (type === APPLICATION_DATA && this.#state.expect === 'anything') this.#out.push({ kind: 'data', bytes });
    else if (type === CHANGE_CIPHER_SPEC && this.#state.expect !== 'anything') {
      if (!sameBytes(bytes, u8(1))) refuse(10, 'A ChangeCipherSpec has to be one byte 01.');
    } else refuse(10, `A record of type ${type} does not belong here.`);
  }

  #told(bytes: Uint8Array): void {
    const code = bytes.at(1);
    if (bytes.length !== 2 || code === undefined) return refuse(50, 'An alert has two bytes.');
    if (code === 90) return; // user_canceled: close_notify follows
    this.#state = { expect: 'closed' };
    this.#out.push({ kind: 'told', alert: code });
  }

  #message(received: Received): void {
    if (received.isMalformed) refuse(50, `${received.name} is malformed.`);
    const state = this.#state;
    const { name } = received;
    if (state.expect === 'ServerHello' && name === 'ServerHello') return this.#serverHello(received);
    if (state.expect === 'ServerHello' && name === 'HelloRetryRequest' && !state.isRetried)
      return this.#retry(received);
    if (state.expect === 'EncryptedExtensions' && name === state.expect)
      return this.#encrypted(received, state.traffic);
    if (state.expect === 'Certificate' && name === 'CertificateRequest' && !this.#request) return this.#asked(received);
    if (state.expect === 'Certificate' && name === state.expect) return this.#certificate(received, state.traffic);
    if (state.expect === 'CertificateVerify' && name === state.expect) {
      return this.#certificateVerify(received, state.traffic, state.chain);
    }
    if (state.expect === 'Finished' && name === state.expect) return this.#finished(received, state.traffic);
    if (state.expect === 'anything' && name === 'NewSessionTicket') return this.#ticket(received, state.handshakeHash);
    if (state.expect === 'anything' && name === 'KeyUpdate') return this.#keyUpdate(received);
    refuse(10, `${name} came where ${state.expect} was due.`);
  }

  #start(): void {
    this.#shares = this.#options.groups.slice(0, this.#options.shares).map((group) => newShare(group, this.#chance));
    this.#sendHello(null);
    this.#state = { expect: 'ServerHello', isRetried: false };
  }

  #sendHello(cookie: Uint8Array | null): void {
    const { ticket } = this.#options;
    const facts = { random: this.#random, sessionId: this.#sessionId };
    const suite = ticket ? suiteOf(ticket.suite) : null;
    const age = ticket ? Math.max(this.#chance.now() - ticket.receivedAt, 0) : 0;
    const binderBytes = suite ? HASHES[suite.hash].outputLen : 0;
    const hello = clientHello(this.#options, facts, this.#shares, cookie, age, binderBytes);
    let { bytes } = hello;
    if (ticket && suite && hello.truncatedAt !== null) {
      const secrets = new ClientSecrets(suite, ticket.psk, () => undefined);
      const seen = this.#transcript.digestWith(secrets.hash, bytes.subarray(0, hello.truncatedAt));
      bytes = withBinder(bytes, secrets.binder(seen));
    }
    this.#transcript.add(bytes);
    this.#send({ type: HANDSHAKE, bytes });
  }

  #retry(hello: Received): void {
    this.#suite = agreedSuite(hello, this.#options, this.#sessionId, null);
    const { group, cookie } = retryOf(hello, this.#options, this.#shares);
    const hash = HASHES[this.#suite.hash];
    this.#transcript.restart(messageHash(hash, this.#transcript.digest(hash)));
    this.#transcript.add(hello.bytes);
    this.#sendChangeCipherSpec();
    if (group) this.#shares = [newShare(group, this.#chance)];
    this.#sendHello(cookie);
    this.#state = { expect: 'ServerHello', isRetried: true };
  }

  #serverHello(hello: Received): void {
    const isRetried = this.#suite !== null;
    const suite = agreedSuite(hello, this.#options, this.#sessionId, this.#suite);
    const extensions = extensionsOf(hello, [41, 43, 51]);
    const ecdhe = agreedSecret(hello, extensions, this.#shares);
    const psk = acceptedPsk(hello, extensions, this.#options, suite);
    this.#suite = suite;
    this.#isResumed = psk !== null;
    this.#secrets = new ClientSecrets(suite, psk, (label, secret) => this.#log(label, secret));
    this.#transcript.add(hello.bytes);
    const traffic = this.#secrets.enterHandshake(ecdhe, this.#digest());
    this.#atBoundary();
    if (!isRetried) this.#sendChangeCipherSpec();
    this.#channel.incoming.use(suite, traffic.server);
    this.#channel.outgoing.use(suite, traffic.client);
    this.#state = { expect: 'EncryptedExtensions', traffic };
  }

  #encrypted(received: Received, traffic: Pair): void {
    this.#alpn = chosenProtocol(received, this.#options);
    this.#transcript.add(received.bytes);
    this.#state = { expect: this.#isResumed ? 'Finished' : 'Certificate', traffic };
    if (this.#does('early-application-data')) this.#send({ type: APPLICATION_DATA, bytes: ascii('too early') });
  }

  #asked(received: Received): void {
    this.#request = requestOf(received);
    this.#transcript.add(received.bytes);
  }

  #certificate(received: Received, traffic: Pair): void {
    const chain = chainOf(received);
    this.#transcript.add(received.bytes);
    this.#state = { expect: 'verdict', traffic, chain };
    this.#out.push({ kind: 'judge', chain });
  }

  #certificateVerify(received: Received, traffic: Pair, chain: readonly Uint8Array[]): void {
    proveServer(received, chain, this.#digest());
    this.#transcript.add(received.bytes);
    this.#state = { expect: 'Finished', traffic };
  }

  #finished(received: Received, traffic: Pair): void {
    const secrets = this.#known();
    const expected = finishedMac(secrets.hash, traffic.server, this.#digest());
    if (!sameBytes(expected, received.raw('verify_data'))) refuse(51, "The server's Finished differs from ours.");
    this.#transcript.add(received.bytes);
    this.#atBoundary();
    const application = secrets.enterApplication(this.#digest());
    if (this.#suite) this.#channel.incoming.use(this.#suite, application.server);
    this.#answer(traffic, application);
  }

  /** The own certificate, if it was asked for, and what has to be signed. */
  #answer(traffic: Pair, application: Pair): void {
    const { identity } = this.#options;
    if (!this.#request || this.#does('no-certificate-message')) return this.#sendFinished(traffic, application);
    const scheme = identity?.schemes.find((own) => this.#request?.schemes.includes(own));
    const isShown = identity !== null && scheme !== undefined && !this.#does('empty-certificate');
    const chain = isShown ? identity.chain : [];
    const list = vec24(...chain.map((der) => concat(vec24(der), vec16())));
    this.#sendMessage(message(11, vec8(this.#request.context), list));
    if (!isShown || this.#does('no-certificate-verify')) return this.#sendFinished(traffic, application);
    this.#state = { expect: 'signature', traffic, application, scheme };
    this.#out.push({ kind: 'sign', scheme, content: signedContent13('client', this.#digest()) });
  }

  #sendProof({ traffic, application, scheme }: Extract<State, { expect: 'signature' }>, signature: Uint8Array): void {
    const sent = this.#does('wrong-signature') ? spoilt(signature) : signature;
    this.#sendMessage(message(15, u16(scheme), vec16(sent)));
    this.#sendFinished(traffic, application);
  }

  #sendFinished(traffic: Pair, application: Pair): void {
    const secrets = this.#known();
    const verifyData = finishedMac(secrets.hash, traffic.client, this.#digest());
    this.#sendMessage(message(20, this.#does('wrong-finished') ? spoilt(verifyData) : verifyData));
    const suite = this.#suite;
    if (!suite) return;
    this.#channel.outgoing.use(suite, application.client);
    this.#state = { expect: 'anything', handshakeHash: this.#digest() };
    this.#out.push({ kind: 'connected', suite: suite.code, alpn: this.#alpn, resumed: this.#isResumed });
    for (const bytes of this.#unsent.splice(0)) this.#send({ type: APPLICATION_DATA, bytes });
  }

  #ticket(received: Received, handshakeHash: Uint8Array): void {
    const psk = this.#known().ticketKey(handshakeHash, received.raw('ticket_nonce', 'nonce'));
    const ticket = {
      identity: received.raw('ticket', 'ticket').slice(),
      psk,
      suite: this.#suite?.code ?? 0,
      ageAdd: received.number('ticket_age_add') ?? 0,
      lifetimeSeconds: received.number('ticket_lifetime') ?? 0,
      receivedAt: this.#chance.now(),
    };
    if (ticket.lifetimeSeconds > 604_800) refuse(47, 'A ticket may last seven days at most.');
    this.#out.push({ kind: 'ticket', ticket });
  }

  #keyUpdate(received: Received): void {
    const request = received.number('request_update');
    if (request !== 0 && request !== 1) refuse(47, 'A KeyUpdate asks with 0 or 1.');
    this.#atBoundary();
    this.#channel.incoming.update();
    if (request === 1) this.#sendKeyUpdate(false);
  }

  #sendKeyUpdate(asksPeer: boolean): void {
    this.#send({ type: HANDSHAKE, bytes: message(24, u8(asksPeer ? 1 : 0)) });
    this.#channel.outgoing.update();
  }

  /** Keys change only between records: RFC 8446 §5.1. */
  #atBoundary(): void {
    if (this.#handshake.length > 0) refuse(10, 'A message was put behind one that changes the keys.');
  }

  #digest(): Uint8Array {
    return this.#transcript.digest(HASHES[this.#suite?.hash ?? 'SHA256']);
  }

  #known(): ClientSecrets {
    return this.#secrets ?? refuse(80, 'No secrets have been agreed.');
  }

  #does(misdeed: Misdeed): boolean {
    return this.#options.misdeeds.includes(misdeed);
  }

  #sendMessage(bytes: Uint8Array): void {
    this.#transcript.add(bytes);
    this.#send({ type: HANDSHAKE, bytes });
  }

  /** RFC 8446 §D.4: looks like TLS 1.2 to equipment on the way. */
  #sendChangeCipherSpec(): void {
    this.#send({ type: CHANGE_CIPHER_SPEC, bytes: u8(1) });
  }

  #send(content: Content): void {
    for (const bytes of this.#channel.seal(content)) this.#out.push({ kind: 'record', bytes });
  }

  #end(alert: number, level: 1 | 2): void {
    if (this.#state.expect !== 'start') this.#send({ type: ALERT, bytes: concat(u8(level), u8(alert)) });
    this.#state = { expect: 'closed' };
  }

  #log(label: KeyLogLabel, secret: Uint8Array): void {
    this.#out.push({ kind: 'key-log', line: keyLogLine(label, this.#random, secret) });
  }
}

const spoilt = (bytes: Uint8Array): Uint8Array =>
  bytes.map((byte, index) => (index === bytes.length - 1 ? byte ^ 1 : byte));
