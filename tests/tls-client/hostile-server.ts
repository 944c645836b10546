/**
 * A TLS 1.3 server that says whatever a test wants, under the right keys. It shares no line with the client: key
 * schedule, records and messages are written here once more, on node:crypto, so that an error cannot cancel out.
 */
import {
  createCipheriv,
  createDecipheriv,
  createECDH,
  createHash,
  createHmac,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  randomBytes,
  type CipherGCMTypes,
} from 'node:crypto';
import { TlsClient } from '../../src/core/tls/client/client.ts';
import type { ClientInput, ClientOptions, ClientOutput } from '../../src/core/tls/client/options.ts';
import type { Chunk } from '../../src/core/tls/dissection.ts';
import { signAs, type Identity } from './identities.ts';

type Bytes = Uint8Array;

// --- how things are written, RFC 8446 §3 ---------------------------------------------------------------------------

export const hex = (text: string): Bytes => Uint8Array.from(Buffer.from(text.replace(/\s/g, ''), 'hex'));
export const text = (value: string): Bytes => Uint8Array.from(Buffer.from(value, 'latin1'));
export const join = (...parts: readonly Bytes[]): Bytes => Uint8Array.from(Buffer.concat(parts));
export const number = (width: number, value: number): Bytes =>
  Uint8Array.from({ length: width }, (_, at) => Math.floor(value / 256 ** (width - 1 - at)) % 256);
export const vec = (width: number, ...parts: readonly Bytes[]): Bytes => {
  const content = join(...parts);
  return join(number(width, content.length), content);
};
export const zeros = (count: number): Bytes => new Uint8Array(count);

export interface Extension {
  readonly type: number;
  readonly body: Bytes;
}
export const ext = (type: number, body: Bytes | string = ''): Extension => ({
  type,
  body: typeof body === 'string' ? hex(body) : body,
});
export const block = (extensions: readonly Extension[]): Bytes =>
  vec(2, ...extensions.map(({ type, body }) => join(number(2, type), vec(2, body))));
export const message = (type: number, ...parts: readonly Bytes[]): Bytes => join(number(1, type), vec(3, ...parts));
export const record = (type: number, content: Bytes, version = 0x0303): Bytes =>
  join(number(1, type), number(2, version), vec(2, content));

/** Reads the client's hello and nothing else. */
class Scan {
  #rest: Buffer;
  constructor(bytes: Bytes) {
    this.#rest = Buffer.from(bytes);
  }
  get isEmpty(): boolean {
    return this.#rest.length === 0;
  }
  take(count: number): Bytes {
    if (this.#rest.length < count) throw new Error('The client said less than it announced.');
    const taken = Uint8Array.from(this.#rest.subarray(0, count));
    this.#rest = this.#rest.subarray(count);
    return taken;
  }
  uint(width: number): number {
    return Buffer.from(this.take(width)).readUIntBE(0, width);
  }
  vec(width: number): Bytes {
    return this.take(this.uint(width));
  }
}

export interface Hello {
  readonly bytes: Bytes;
  readonly legacyVersion: number;
  readonly random: Bytes;
  readonly sessionId: Bytes;
  readonly suites: Bytes;
  readonly compression: Bytes;
  readonly extensions: readonly Extension[];
}

function readHello(bytes: Bytes): Hello {
  const outer = new Scan(bytes);
  if (outer.uint(1) !== 1) throw new Error('The client did not begin with a ClientHello.');
  const input = new Scan(outer.vec(3));
  const head = {
    legacyVersion: input.uint(2),
    random: input.take(32),
    sessionId: input.vec(1),
    suites: input.vec(2),
    compression: input.vec(1),
  };
  const list = new Scan(input.vec(2));
  if (!outer.isEmpty || !input.isEmpty) throw new Error('Something stands behind the ClientHello.');
  const extensions: Extension[] = [];
  while (!list.isEmpty) extensions.push(ext(list.uint(2), list.vec(2)));
  return { bytes, ...head, extensions };
}

export const extensionOf = ({ extensions }: Hello, wanted: number): Bytes | null =>
  extensions.find(({ type }) => type === wanted)?.body ?? null;

function sharesOf(hello: Hello): ReadonlyMap<number, Bytes> {
  const list = new Scan(new Scan(extensionOf(hello, 51) ?? hex('0000')).vec(2));
  const shares = new Map<number, Bytes>();
  while (!list.isEmpty) shares.set(list.uint(2), list.vec(2));
  return shares;
}

// --- key schedule and records, RFC 8446 §7 and §5 --------------------------------------------------------------------

interface Suite {
  readonly hash: 'sha256' | 'sha384';
  readonly cipher: string;
  readonly keyBytes: number;
}
const SUITES: Readonly<Record<number, Suite>> = {
  0x1301: { hash: 'sha256', cipher: 'aes-128-gcm', keyBytes: 16 },
  0x1302: { hash: 'sha384', cipher: 'aes-256-gcm', keyBytes: 32 },
  0x1303: { hash: 'sha256', cipher: 'chacha20-poly1305', keyBytes: 32 },
};

const hashOf = (hash: string, ...parts: readonly Bytes[]): Bytes =>
  Uint8Array.from(
    createHash(hash)
      .update(join(...parts))
      .digest(),
  );
const mac = (hash: string, key: Bytes, data: Bytes): Bytes =>
  Uint8Array.from(createHmac(hash, key).update(data).digest());
const sizeOf = (hash: string): number => createHash(hash).digest().length;

export function expandLabel(hash: string, secret: Bytes, label: string, context: Bytes, length: number): Bytes {
  const info = join(number(2, length), vec(1, text(`tls13 ${label}`)), vec(1, context));
  // RFC 5869 §2.3; every output here fits into one block or two
  const first = mac(hash, secret, join(info, hex('01')));
  return join(first, mac(hash, secret, join(first, info, hex('02')))).subarray(0, length);
}
const derive = (hash: string, secret: Bytes, label: string, transcript: Bytes): Bytes =>
  expandLabel(hash, secret, label, transcript, sizeOf(hash));

class Lane {
  readonly suite: Suite;
  secret: Bytes;
  sequence = 0;

  constructor(suite: Suite, secret: Bytes) {
    this.suite = suite;
    this.secret = secret;
  }

  update(): void {
    this.secret = derive(this.suite.hash, this.secret, 'traffic upd', zeros(0));
    this.sequence = 0;
  }

  #with(sequence: number): { readonly key: Bytes; readonly nonce: Bytes } {
    const { hash, keyBytes } = this.suite;
    const iv = expandLabel(hash, this.secret, 'iv', zeros(0), 12);
    const key = expandLabel(hash, this.secret, 'key', zeros(0), keyBytes);
    const counter = number(12, sequence);
    return { key, nonce: iv.map((byte, at) => byte ^ (counter[at] ?? 0)) };
  }

  /** @param inner content, its type, and padding */
  seal(inner: Bytes, version = 0x0303): Bytes {
    const { key, nonce } = this.#with(this.sequence++);
    const header = join(hex('17'), number(2, version), number(2, inner.length + 16));
    const cipher = createCipheriv(this.suite.cipher as CipherGCMTypes, key, nonce, { authTagLength: 16 });
    cipher.setAAD(header);
    const sealed = join(cipher.update(inner), cipher.final());
    return join(header, sealed, cipher.getAuthTag());
  }

  /** Content and its type; throws on a wrong tag. */
  open(whole: Bytes): { readonly type: number; readonly content: Bytes } {
    const { key, nonce } = this.#with(this.sequence++);
    const decipher = createDecipheriv(this.suite.cipher as CipherGCMTypes, key, nonce, { authTagLength: 16 });
    decipher.setAAD(whole.subarray(0, 5));
    decipher.setAuthTag(whole.subarray(whole.length - 16));
    const inner = join(decipher.update(whole.subarray(5, whole.length - 16)), decipher.final());
    const at = inner.findLastIndex((byte) => byte !== 0);
    return { type: inner[at] ?? 0, content: inner.subarray(0, at) };
  }
}

// --- key exchange ----------------------------------------------------------------------------------------------------

const X25519 = 0x001d;
const P256 = 0x0017;

/** A share of the group, and the secret it makes with the peer's. */
function exchange(group: number, peer: Bytes): { readonly share: Bytes; readonly secret: Bytes } {
  if (group === P256) {
    const ecdh = createECDH('prime256v1');
    const share = Uint8Array.from(ecdh.generateKeys());
    return { share, secret: Uint8Array.from(ecdh.computeSecret(peer)) };
  }
  const { privateKey, publicKey } = generateKeyPairSync('x25519');
  const peerKey = createPublicKey({
    key: { kty: 'OKP', crv: 'X25519', x: Buffer.from(peer).toString('base64url') },
    format: 'jwk',
  });
  const share = Uint8Array.from(Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url'));
  return { share, secret: Uint8Array.from(diffieHellman({ privateKey, publicKey: peerKey })) };
}

// --- the server ------------------------------------------------------------------------------------------------------

export type Under = 'clear' | 'handshake' | 'application';

/** One record of the client, opened by the server's own keys. */
export interface Heard {
  readonly under: Under;
  readonly type: number;
  readonly content: Bytes;
}

export interface Settings {
  readonly options?: Partial<ClientOptions>;
  readonly suite?: number;
  /** the server's certificate; its key signs with `scheme` */
  readonly identity: Identity;
  readonly scheme?: number;
  /** signs for the client; without it, it waits for its signature */
  readonly clientKey?: Identity;
  /** answer to `judge` */
  readonly refusal?: { readonly alert: number; readonly why: string };
  /** a ticket's key that this server takes */
  readonly psk?: Bytes;
  readonly now?: () => number;
  /** the client's chance; without it, true chance */
  readonly random?: (count: number) => Bytes;
  /** legacy_record_version of its records */
  readonly version?: number;
}

/** What is different in a ServerHello; `extensions` gets those that would be sent. */
export interface HelloChanges {
  readonly legacyVersion?: number;
  readonly random?: Bytes;
  readonly sessionId?: Bytes;
  readonly suite?: number;
  readonly compression?: number;
  readonly group?: number;
  /** key_exchange of the share */
  readonly share?: Bytes;
  readonly extensions?: (usual: readonly Extension[]) => readonly Extension[];
}

export const RETRY_RANDOM = hashOf('sha256', text('HelloRetryRequest'));

export class HostileServer {
  readonly client: TlsClient;
  readonly outputs: ClientOutput[] = [];
  readonly chunks: Chunk[] = [];
  readonly heard: Heard[] = [];
  readonly hellos: Hello[] = [];
  readonly settings: Settings;
  /** handshake messages so far, as the transcript hash sees them */
  transcript: Bytes[] = [];
  /** keys of what the server sends, and of what it hears */
  sending: Lane | null = null;
  hearing: Lane | null = null;
  /** whether the client's Finished held, as often as it said one */
  readonly finishedHolds: boolean[] = [];
  #under: Under = 'clear';
  #shared: Bytes = zeros(32);
  #stage: Bytes = zeros(0);
  #serverHandshake: Bytes = zeros(0);
  #clientHandshake: Bytes = zeros(0);
  #clientApplication: Bytes = zeros(0);
  #unread: Bytes = zeros(0);
  #handshake: Bytes = zeros(0);

  constructor(settings: Settings) {
    this.settings = settings;
    this.client = new TlsClient(settings.options ?? {}, {
      random: settings.random ?? ((count) => Uint8Array.from(randomBytes(count))),
      now: settings.now ?? (() => 1_700_000_000_000),
    });
    this.input({ kind: 'start' });
  }

  get hello(): Hello {
    const hello = this.hellos.at(-1);
    if (!hello) throw new Error('The client has not said hello.');
    return hello;
  }

  get suite(): Suite {
    const suite = SUITES[this.settings.suite ?? 0x1301];
    if (!suite) throw new Error('Not a suite of this server.');
    return suite;
  }

  get keyLog(): string {
    return this.outputs.map((output) => (output.kind === 'key-log' ? `${output.line}\n` : '')).join('');
  }

  /** Gives the client an input and takes what comes of it; its questions are answered. */
  input(input: ClientInput): void {
    for (const output of this.client.handle(input)) {
      this.outputs.push(output);
      if (output.kind === 'record') this.#hear(output.bytes);
      if (output.kind === 'judge') this.input({ kind: 'verdict', refusal: this.settings.refusal ?? null });
      if (output.kind === 'sign') {
        const { clientKey } = this.settings;
        if (clientKey)
          this.input({ kind: 'signature', signature: signAs(output.scheme, clientKey.key, output.content) });
      }
    }
  }

  /** Puts bytes on the wire to the client. */
  deliver(...parts: readonly Bytes[]): this {
    const bytes = join(...parts);
    this.chunks.push({ from: 'server', at: this.chunks.length, bytes });
    this.input({ kind: 'bytes', bytes });
    return this;
  }

  /** Content in a record under the keys in force. */
  sealed(type: number, content: Bytes, padding = 0): Bytes {
    const { version = 0x0303 } = this.settings;
    if (!this.sending) return record(type, content, version);
    return this.sending.seal(join(content, number(1, type), zeros(padding)), version);
  }

  /** Says handshake messages in one record; they count in the transcript. */
  say(...messages: readonly Bytes[]): this {
    this.transcript.push(...messages);
    return this.deliver(this.sealed(22, join(...messages)));
  }

  digest(): Bytes {
    return hashOf(this.suite.hash, ...this.transcript);
  }

  // --- what a server says, with what a test changes about it ---

  serverHello(changes: HelloChanges = {}): Bytes {
    const { suite = this.settings.suite ?? 0x1301, group = [...sharesOf(this.hello).keys()][0] ?? X25519 } = changes;
    const theirs = sharesOf(this.hello).get(group);
    const { share, secret } = theirs ? exchange(group, theirs) : { share: zeros(32), secret: zeros(32) };
    this.#shared = secret;
    const usual = [
      ext(43, '0304'),
      ...(this.settings.psk ? [ext(41, '0000')] : []),
      ext(51, join(number(2, group), vec(2, changes.share ?? share))),
    ];
    return this.#hello(changes, suite, usual, Uint8Array.from(randomBytes(32)));
  }

  helloRetryRequest(changes: HelloChanges & { readonly cookie?: Bytes } = {}): Bytes {
    const { suite = this.settings.suite ?? 0x1301, group, cookie } = changes;
    const usual = [
      ext(43, '0304'),
      ...(group === undefined ? [] : [ext(51, number(2, group))]),
      ...(cookie ? [ext(44, vec(2, cookie))] : []),
    ];
    return this.#hello(changes, suite, usual, RETRY_RANDOM);
  }

  #hello(changes: HelloChanges, suite: number, usual: readonly Extension[], random: Bytes): Bytes {
    const extensions = changes.extensions ? changes.extensions(usual) : usual;
    return message(
      2,
      number(2, changes.legacyVersion ?? 0x0303),
      changes.random ?? random,
      vec(1, changes.sessionId ?? this.hello.sessionId),
      number(2, suite),
      number(1, changes.compression ?? 0),
      block(extensions),
    );
  }

  certificate(chain: readonly Bytes[] = [this.settings.identity.der], extensions: readonly Extension[] = []): Bytes {
    return message(11, vec(1), vec(3, ...chain.map((der) => join(vec(3, der), block(extensions)))));
  }

  certificateRequest(extensions: readonly Extension[] = [ext(13, '0006 0403 0804 0503')], context = zeros(0)): Bytes {
    return message(13, vec(1, context), block(extensions));
  }

  certificateVerify(
    changes: {
      readonly scheme?: number;
      readonly signature?: Bytes;
      readonly key?: Identity;
      readonly side?: 'server' | 'client';
      readonly transcript?: Bytes;
    } = {},
  ): Bytes {
    const { scheme = this.settings.scheme ?? 0x0403, key = this.settings.identity, side = 'server' } = changes;
    const signed = this.signed(side, changes.transcript ?? this.digest());
    return message(15, number(2, scheme), vec(2, changes.signature ?? signAs(scheme, key.key, signed)));
  }

  /** What a CertificateVerify signs, RFC 8446 §4.4.3. */
  signed(side: 'server' | 'client', transcript: Bytes): Bytes {
    return join(text(`${' '.repeat(64)}TLS 1.3, ${side} CertificateVerify`), zeros(1), transcript);
  }

  verifyData(side: 'server' | 'client' = 'server'): Bytes {
    const { hash } = this.suite;
    const base = side === 'server' ? this.#serverHandshake : this.#clientHandshake;
    return mac(hash, expandLabel(hash, base, 'finished', zeros(0), sizeOf(hash)), this.digest());
  }

  finished(verifyData: Bytes = this.verifyData()): Bytes {
    return message(20, verifyData);
  }

  ticket(
    changes: {
      readonly lifetime?: number;
      readonly nonce?: Bytes;
      readonly ticket?: Bytes;
      readonly extensions?: readonly Extension[];
    } = {},
  ): Bytes {
    const { lifetime = 3600, nonce = hex('00'), ticket = text('a ticket'), extensions = [] } = changes;
    return message(4, number(4, lifetime), hex('01020304'), vec(1, nonce), vec(2, ticket), block(extensions));
  }

  /** Key of the ticket with this nonce: RFC 8446 §4.6.1. Once the client has finished. */
  ticketKey(nonce: Bytes): Bytes {
    const { hash } = this.suite;
    const resumption = derive(hash, this.#stage, 'res master', this.digest());
    return expandLabel(hash, resumption, 'resumption', nonce, sizeOf(hash));
  }

  /** The binder that a hello should carry: RFC 8446 §4.2.11.2. */
  binder(psk: Bytes, before: readonly Bytes[], truncated: Bytes): Bytes {
    const { hash } = this.suite;
    const early = mac(hash, zeros(sizeOf(hash)), psk);
    const key = derive(hash, early, 'res binder', hashOf(hash));
    return mac(hash, expandLabel(hash, key, 'finished', zeros(0), sizeOf(hash)), hashOf(hash, ...before, truncated));
  }

  // --- the way through a handshake ---

  /** ServerHello, and the keys after it. */
  greet(changes: HelloChanges = {}): this {
    const hello = this.serverHello(changes);
    this.transcript.push(hello);
    const { hash } = this.suite;
    const psk = this.settings.psk ?? zeros(sizeOf(hash));
    const early = mac(hash, zeros(sizeOf(hash)), psk);
    this.#stage = mac(hash, derive(hash, early, 'derived', hashOf(hash)), this.#shared);
    this.#serverHandshake = derive(hash, this.#stage, 's hs traffic', this.digest());
    this.#clientHandshake = derive(hash, this.#stage, 'c hs traffic', this.digest());
    this.hearing = new Lane(this.suite, this.#clientHandshake);
    this.#under = 'handshake';
    this.deliver(this.sealed(22, hello));
    this.sending = new Lane(this.suite, this.#serverHandshake);
    return this;
  }

  /** The transcript after a HelloRetryRequest: RFC 8446 §4.4.1. */
  retry(changes: HelloChanges & { readonly cookie?: Bytes } = {}): this {
    const request = this.helloRetryRequest(changes);
    this.transcript = [message(254, hashOf(this.suite.hash, this.hello.bytes)), request];
    return this.deliver(record(22, request));
  }

  encrypted(extensions: readonly Extension[] = []): this {
    return this.say(message(8, block(extensions)));
  }

  /** Certificate and its proof. */
  prove(): this {
    return this.say(this.certificate()).say(this.certificateVerify());
  }

  /**
   * The server's Finished, and the keys after it.
   *
   * @param behind makes records that come together with it
   * @param before messages in the same record
   */
  finish(message: Bytes = this.finished(), behind: () => Bytes = () => zeros(0), before: Bytes = zeros(0)): this {
    this.transcript.push(message);
    const sealed = this.sealed(22, join(before, message));
    this.#deriveApplication();
    return this.deliver(sealed, behind());
  }

  #deriveApplication(): void {
    const { hash } = this.suite;
    this.#stage = mac(hash, derive(hash, this.#stage, 'derived', hashOf(hash)), zeros(sizeOf(hash)));
    this.sending = new Lane(this.suite, derive(hash, this.#stage, 's ap traffic', this.digest()));
    this.#clientApplication = derive(hash, this.#stage, 'c ap traffic', this.digest());
  }

  /** The whole handshake; afterwards the client is connected. */
  connect({ asks = false, extensions = [] as readonly Extension[] } = {}): this {
    this.greet().encrypted(extensions);
    if (!this.settings.psk) {
      if (asks) this.say(this.certificateRequest());
      this.prove();
    }
    return this.finish();
  }

  // --- what the client says ---

  #hear(bytes: Bytes): void {
    this.chunks.push({ from: 'client', at: this.chunks.length, bytes });
    this.#unread = join(this.#unread, bytes);
    while (this.#unread.length >= 5) {
      const length = 5 + Buffer.from(this.#unread).readUInt16BE(3);
      if (this.#unread.length < length) return;
      const whole = this.#unread.subarray(0, length);
      this.#unread = this.#unread.subarray(length);
      this.#hearRecord(whole);
    }
  }

  #hearRecord(whole: Bytes): void {
    const isSealed = whole[0] === 23;
    if (isSealed && !this.hearing) throw new Error('The client sealed a record before there were keys.');
    const { type, content } =
      isSealed && this.hearing ? this.hearing.open(whole) : { type: whole[0] ?? 0, content: whole.subarray(5) };
    this.heard.push({ under: isSealed ? this.#under : 'clear', type, content });
    if (type !== 22) return;
    this.#handshake = join(this.#handshake, content);
    while (this.#handshake.length >= 4) {
      const length = 4 + Buffer.from(this.#handshake).readUIntBE(1, 3);
      if (this.#handshake.length < length) return;
      this.#hearMessage(this.#handshake.subarray(0, length));
      this.#handshake = this.#handshake.subarray(length);
    }
  }

  #hearMessage(bytes: Bytes): void {
    if (bytes[0] === 1) this.hellos.push(readHello(bytes));
    if (bytes[0] === 24) return this.hearing?.update();
    if (bytes[0] === 20) {
      const isRight = Buffer.compare(bytes.subarray(4), this.verifyData('client')) === 0;
      this.finishedHolds.push(isRight);
    }
    this.transcript.push(bytes);
    if (bytes[0] !== 20) return;
    this.hearing = new Lane(this.suite, this.#clientApplication);
    this.#under = 'application';
  }
}
