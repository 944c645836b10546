/**
 * What a connection has agreed on so far, learnt message by message. Each handshake message has one handler here; a
 * handler asks the field tree and never parses bytes itself. Lives only inside one run of `dissect`.
 */
import { certificateFacts, publicKeyOf, type PublicKey } from '../asn1/certificate.ts';
import { toHex } from '../bytes/hex.ts';
import { concat, sameBytes } from '../bytes/reader.ts';
import type { Hash, Primitives } from '../primitives/primitives.ts';
import type { Derived, Field, Side, Verification } from './dissection.ts';
import { find, rawOf, uintOf } from './format/tree.ts';
import { earlyEpoch, epoch12, epochs13 } from './keys/epochs.ts';
import { Flow } from './keys/flow.ts';
import { secretsOf, type KeyLogLabel, type Secrets } from './keys/keylog.ts';
import { finishedMac, prf } from './keys/schedule.ts';
import { Transcript } from './keys/transcript.ts';
import { keyTree12, keyTree13, type Points } from './keys/tree.ts';
import { RAW_KEY } from './messages/handshake.ts';
import { GROUPS } from './names/names.ts';
import { suiteOf, type Suite } from './names/suites.ts';
import { signedContent13, verifyBinder } from './verify/content.ts';
import { verifySignature } from './verify/signature.ts';

export const TLS13 = 0x0304;
const NOT_SEEN: Verification = { holds: null, why: 'Not seen on this connection.' };

const NO_CERTIFICATE = 'No readable certificate came before it.';
const DELEGATED = 'The certificate delegates to a short-lived key (RFC 9345), whose signatures are not checked here.';
const RAW_PUBLIC_KEY = 2;

/** A signature costs milliseconds: a hostile stream of them must not cost minutes. */
const MAX_SIGNATURES = 32;

/** One handshake message that was read. */
export interface Message {
  readonly from: Side;
  readonly name: string;
  readonly field: Field;
  /** with the 4-byte header */
  readonly bytes: Uint8Array;
}

export class Session {
  version = 0;
  suite: Suite | null = null;
  suiteCode: number | null = null;
  group: string | null = null;
  serverName: string | null = null;
  alpn: string | null = null;
  resumed = false;
  readonly flows: { readonly [S in Side]: Flow };
  /** after its ChangeCipherSpec of TLS 1.2 and before, all records of a side are protected */
  readonly isProtected = { client: false, server: false };
  readonly certificates: { [S in Side]: Uint8Array[] } = { client: [], server: [] };
  readonly certificateVerify: { [S in Side]: Verification } = { client: NOT_SEEN, server: NOT_SEEN };
  readonly finished: { [S in Side]: Verification } = { client: NOT_SEEN, server: NOT_SEEN };
  pskBinder: Verification = NOT_SEEN;
  clientRandom: Uint8Array = new Uint8Array();
  serverRandom: Uint8Array = new Uint8Array();
  secrets: Secrets = new Map();

  readonly points: { -readonly [P in keyof Points]: Points[P] } = {
    clientHello: null,
    serverHello: null,
    serverFinished: null,
    clientFinished: null,
  };

  readonly #keyLog: string;
  readonly #buffers: readonly Uint8Array[];
  readonly #primitives: Primitives;
  readonly #transcript = new Transcript();
  #sessionId: Uint8Array = new Uint8Array();
  #isEncryptThenMac = false;
  #awaitsRetry = false;
  #offersEarlyData = false;
  #signatures = 0;
  #isFull = false;
  #isRenegotiation = false;
  /** the key that a side's signatures are checked with, or why there is none */
  readonly #keys: { [S in Side]: PublicKey | string } = { client: NO_CERTIFICATE, server: NO_CERTIFICATE };
  /** RFC 7250: bare keys instead of certificates */
  readonly hasRawKey: { [S in Side]: boolean } = { client: false, server: false };

  constructor(keyLog: string, buffers: readonly Uint8Array[], primitives: Primitives) {
    this.#keyLog = keyLog;
    this.#buffers = buffers;
    this.#primitives = primitives;
    this.flows = { client: new Flow(primitives), server: new Flow(primitives) };
  }

  get isTls13(): boolean {
    return this.version >= TLS13;
  }

  /** Whether any hello has been seen; without one nothing else can be read safely. */
  get hasBegun(): boolean {
    return this.clientRandom.length > 0 || this.version > 0;
  }

  get #hash(): Hash {
    return this.#primitives.hashes[this.suite?.hash ?? 'SHA256'];
  }

  /** Takes in one message: checks what it proves, then counts it into the transcript. */
  learn(message: Message): void {
    const handler = HANDLERS[message.name];
    handler?.(this, message);
    if (isInTranscript(message.name, this.isTls13)) this.#transcript.add(message.bytes);
    AFTERWARDS[message.name]?.(this, message);
  }

  clientHello({ field, bytes }: Message): void {
    if (!this.#awaitsRetry) this.#forget();
    this.clientRandom = this.#raw(field, 'random');
    this.#sessionId = this.#raw(field, 'legacy_session_id', 'id');
    const { hashes } = this.#primitives;
    this.secrets = secretsOf(this.#keyLog, toHex(this.clientRandom));
    const extensions = find(field, 'extensions');
    const name = find(extensions, 'server_name', 'server_name_list', 'ServerName', 'host_name', 'name');
    this.serverName = name?.value ?? null;
    const psk = find(extensions, 'pre_shared_key');
    if (psk) this.pskBinder = verifyBinder(psk, bytes, this.#buffers, this.#transcript, this.secrets, hashes);
    if (!this.#awaitsRetry && find(extensions, 'early_data')) {
      this.#offersEarlyData = true;
      this.flows.client.start([earlyEpoch(this.secrets, hashes)]);
    }
  }

  /**
   * A hello in the format of SSL 2.0: its challenge is the random, and it counts without its length. RFC 5246 §E.2
   *
   * @param message from msg_type on
   */
  oldClientHello(challenge: Uint8Array, message: Uint8Array): void {
    this.#forget();
    this.clientRandom = concat(new Uint8Array(Math.max(32 - challenge.length, 0)), challenge).subarray(-32);
    this.secrets = secretsOf(this.#keyLog, toHex(this.clientRandom));
    this.#transcript.add(message);
  }

  /**
   * A new handshake starts with a new transcript. On a connection that had one (renegotiation), what was shown and
   * proved holds until it is shown anew: the new handshake may be a short one, or be refused.
   */
  #forget(): void {
    this.#transcript.restart();
    this.#isFull = false;
    this.#isRenegotiation = this.version > 0;
  }

  helloRetryRequest({ field }: Message): void {
    this.#agree(field);
    this.#awaitsRetry = true;
    this.#transcript.restart(concat(Uint8Array.of(254, 0, 0, this.#hash.bytes), this.#transcript.digest(this.#hash)));
  }

  serverHello({ field }: Message): void {
    this.#agree(field);
    this.#awaitsRetry = false;
    this.serverRandom = this.#raw(field, 'random');
    if (this.isTls13) this.points.clientHello = this.#transcript.digest(this.#hash);
    const extensions = find(field, 'extensions');
    this.#isEncryptThenMac = find(extensions, 'encrypt_then_mac') !== undefined;
    this.alpn = this.#alpn(extensions) ?? this.alpn;
    this.#certificateTypes(extensions);
    if (!this.isTls13) {
      const echoed = this.#raw(field, 'legacy_session_id_echo', 'id');
      if (!this.#isRenegotiation) this.resumed = echoed.length > 0 && sameBytes(echoed, this.#sessionId);
      return;
    }
    this.resumed = find(extensions, 'pre_shared_key') !== undefined;
    this.group = this.#groupName(find(extensions, 'key_share', 'KeyShareEntry', 'group')) ?? this.group;
    const { client, server } = this.flows;
    const { hashes } = this.#primitives;
    server.start(epochs13('server', this.suite, this.secrets, hashes));
    if (this.#offersEarlyData) client.append(epochs13('client', this.suite, this.secrets, hashes));
    else client.start(epochs13('client', this.suite, this.secrets, hashes));
  }

  #agree(hello: Field): void {
    const legacy = uintOf(find(hello, 'legacy_version'), this.#buffers) ?? 0;
    const selected = find(hello, 'extensions', 'supported_versions', 'selected_version');
    this.version = uintOf(selected, this.#buffers) ?? legacy;
    this.suiteCode = uintOf(find(hello, 'cipher_suite'), this.#buffers);
    this.suite = this.suiteCode === null ? null : suiteOf(this.suiteCode);
  }

  encryptedExtensions({ field }: Message): void {
    const extensions = find(field, 'extensions');
    this.alpn = this.#alpn(extensions) ?? this.alpn;
    this.#certificateTypes(extensions);
  }

  #certificateTypes(extensions: Field | undefined): void {
    for (const side of ['client', 'server'] as const) {
      const name = `${side}_certificate_type`;
      this.hasRawKey[side] = uintOf(find(extensions, name, name), this.#buffers) === RAW_PUBLIC_KEY;
    }
  }

  #alpn(extensions: Field | undefined): string | undefined {
    const list = find(extensions, 'application_layer_protocol_negotiation', 'protocol_name_list');
    return find(list, 'ProtocolName', 'name')?.value;
  }

  certificate({ from, field }: Message): void {
    const list = find(field, 'certificate_list')?.children.slice(1) ?? [];
    const data = list.map((entry) => (entry.name === 'CertificateEntry' ? find(entry, 'cert_data') : entry));
    const ders = data.filter((item) => item !== undefined).map((item) => this.#behindLength(item, 3));
    if (this.hasRawKey[from]) return this.#rawKey(from, ders[0] ?? this.#raw(field, RAW_KEY).subarray(3));
    this.certificates[from] = ders;
    const isDelegated = find(list[0], 'extensions', 'delegated_credential') !== undefined;
    const key = ders[0] && certificateFacts(ders[0])?.key;
    this.#keys[from] = isDelegated ? DELEGATED : (key ?? NO_CERTIFICATE);
  }

  #rawKey(from: Side, info: Uint8Array): void {
    this.certificates[from] = [];
    this.#keys[from] = publicKeyOf(info) ?? NO_CERTIFICATE;
  }

  /** Sent only in a full handshake of TLS 1.2 and before. */
  serverHelloDone(): void {
    this.#isFull = true;
    if (!this.#isRenegotiation) this.resumed = false;
  }

  serverKeyExchange({ field, bytes }: Message): void {
    this.group = this.#groupName(find(field, 'namedcurve')) ?? this.group;
    const signature = find(field, 'signature');
    if (!signature) return;
    const algorithm = find(field, 'algorithm');
    const paramsEnd = (algorithm ?? signature).range.start - field.range.start;
    const content = concat(this.clientRandom, this.serverRandom, bytes.subarray(4, paramsEnd));
    this.certificateVerify.server = this.#checkSignature('server', field, () => content);
  }

  certificateRequestAfterwards({ from }: Message): void {
    if (this.isTls13 && this.flows[from].epoch?.protection === 'application') this.#transcript.rewind();
  }

  verifyCertificate({ from, field }: Message): void {
    if (this.#signatures >= MAX_SIGNATURES) return;
    const seen = this.isTls13 ? this.#transcript.digest(this.#hash) : this.#transcript.bytes();
    const content = this.isTls13 ? () => signedContent13(from, seen) : () => seen;
    this.certificateVerify[from] = this.#checkSignature(from, field, content);
  }

  #checkSignature(side: Side, field: Field, content: () => Uint8Array): Verification {
    const key = this.#keys[side];
    this.#signatures += 1;
    if (this.#signatures > MAX_SIGNATURES) return { holds: null, why: 'Too many signatures on one connection.' };
    if (typeof key === 'string') return { holds: null, why: key };
    const scheme = this.version >= 0x0303 ? uintOf(find(field, 'algorithm'), this.#buffers) : null;
    const signature = this.#raw(field, 'signature', 'signature');
    return new WhenAsked(() => verifySignature(scheme, key, content(), signature, this.#primitives));
  }

  verifyFinished({ from, field }: Message): void {
    const sent = this.#raw(field, 'verify_data');
    const expected = this.isTls13 ? this.#finished13(from) : this.#finished12(from);
    this.finished[from] = 'why' in expected ? expected : new WhenAsked(() => compared(sent, expected()));
  }

  #finished13(from: Side): (() => Uint8Array) | Verification {
    const isLater = this.flows[from].epoch?.protection === 'application';
    const label: KeyLogLabel =
      from === 'client'
        ? isLater
          ? 'CLIENT_TRAFFIC_SECRET_0'
          : 'CLIENT_HANDSHAKE_TRAFFIC_SECRET'
        : 'SERVER_HANDSHAKE_TRAFFIC_SECRET';
    const secret = this.secrets.get(label);
    if (!secret) return { holds: null, why: `No ${label} in this view's key log.` };
    const [hash, seen] = [this.#hash, this.#transcript.digest(this.#hash)];
    return () => finishedMac(hash, secret, seen);
  }

  #finished12(from: Side): (() => Uint8Array) | Verification {
    const master = this.secrets.get('CLIENT_RANDOM');
    if (!master) return { holds: null, why: "No CLIENT_RANDOM in this view's key log." };
    const seen = this.version >= 0x0303 ? this.#transcript.digest(this.#hash) : this.#transcript.digestOld();
    const [version, hash] = [this.version, this.#hash];
    return () => prf(version, hash, master, `${from} finished`, seen, 12);
  }

  /** The tree of keys, as far as the handshake has come. */
  keySchedule(): Derived[] {
    const { suite, secrets, points, version, clientRandom, serverRandom } = this;
    if (!suite || version === 0 || serverRandom.length === 0) return [];
    return this.isTls13
      ? keyTree13(suite, secrets, points, this.resumed)
      : keyTree12(version, suite, secrets, clientRandom, serverRandom);
  }

  afterServerHello(): void {
    if (this.isTls13) this.points.serverHello = this.#transcript.digest(this.#hash);
  }

  /** After a Finished of TLS 1.3 its sender goes on to the application keys. */
  afterFinished({ from }: Message): void {
    if (!this.isTls13) return;
    if (this.flows[from].epoch?.protection === 'application') return;
    this.flows[from].advanceTo('application');
    this.points[`${from}Finished`] = this.#transcript.digest(this.#hash);
    if (from === 'client') this.#transcript.mark();
  }

  endOfEarlyData({ from }: Message): void {
    this.flows[from].advanceTo('handshake');
  }

  keyUpdate({ from }: Message): void {
    this.flows[from].update();
  }

  /**
   * ChangeCipherSpec: in TLS 1.2 all that follows from this side is protected. In 1.3 it means nothing, nor before
   * ServerHello, where only a client of 1.3 sends it (ahead of early data, RFC 8446 §D.4).
   */
  changeCipherSpec(from: Side): void {
    if (this.isTls13 || (this.version === 0 && this.clientRandom.length > 0)) return;
    const { version, suite, clientRandom, serverRandom } = this;
    const negotiated = { version, suite, clientRandom, serverRandom, isEncryptThenMac: this.#isEncryptThenMac };
    this.isProtected[from] = true;
    // A session may be resumed by its ticket with no session id to tell, RFC 5077 §3.4.
    if (from === 'server' && !this.#isFull && version > 0 && !this.#isRenegotiation) this.resumed = true;
    this.flows[from].start(
      version ? [epoch12(from, negotiated, this.secrets.get('CLIENT_RANDOM'), this.#primitives.hashes)] : [],
    );
  }

  #groupName(group: Field | undefined): string | undefined {
    const code = uintOf(group, this.#buffers);
    return code === null ? undefined : (GROUPS.nameOf(code) ?? group?.value);
  }

  #raw(field: Field, ...path: readonly string[]): Uint8Array {
    const found = find(field, ...path);
    return found ? rawOf(found, this.#buffers) : new Uint8Array();
  }

  #behindLength(field: Field, width: number): Uint8Array {
    return rawOf(field, this.#buffers).subarray(width);
  }
}

type Handler = (session: Session, message: Message) => void;

const HANDLERS: Readonly<Record<string, Handler>> = {
  ClientHello: (session, message) => session.clientHello(message),
  HelloRetryRequest: (session, message) => session.helloRetryRequest(message),
  ServerHello: (session, message) => session.serverHello(message),
  EncryptedExtensions: (session, message) => session.encryptedExtensions(message),
  Certificate: (session, message) => session.certificate(message),
  ServerHelloDone: (session) => session.serverHelloDone(),
  ServerKeyExchange: (session, message) => session.serverKeyExchange(message),
  CertificateRequest: (session, message) => session.certificateRequestAfterwards(message),
  CertificateVerify: (session, message) => session.verifyCertificate(message),
  Finished: (session, message) => session.verifyFinished(message),
};

const AFTERWARDS: Readonly<Record<string, Handler>> = {
  EndOfEarlyData: (session, message) => session.endOfEarlyData(message),
  ServerHello: (session) => session.afterServerHello(),
  KeyUpdate: (session, message) => session.keyUpdate(message),
  Finished: (session, message) => session.afterFinished(message),
};

/** RFC 8446 §4.4.1 leaves out what comes after the handshake; RFC 5246 §7.4.9 only HelloRequest. */
function isInTranscript(name: string, isTls13: boolean): boolean {
  if (name === 'HelloRequest') return false;
  return !isTls13 || (name !== 'NewSessionTicket' && name !== 'KeyUpdate');
}

/**
 * What is recomputed at the first look at it: curves and RSA cost more than everything else, and not everybody looks. A
 * class, because a getter on each object would give each a shape of its own.
 */
class WhenAsked implements Verification {
  readonly #make: () => Verification;
  #made: Verification | null = null;

  constructor(make: () => Verification) {
    this.#make = make;
  }

  get holds(): boolean | null {
    return this.#result.holds;
  }

  get why(): string {
    return this.#result.why;
  }

  get #result(): Verification {
    return (this.#made ??= this.#make());
  }
}

function compared(sent: Uint8Array, expected: Uint8Array): Verification {
  return sameBytes(sent, expected)
    ? { holds: true, why: 'Recomputed over all messages before it: equal.' }
    : { holds: false, why: 'Recomputed over all messages before it: it differs.' };
}
