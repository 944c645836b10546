/**
 * The dissector: the bytes of one connection and a key log in, everything that can be said about them out. Pure and
 * linear; run again as a whole whenever a byte or a key-log line arrives.
 */
import { certificateFacts } from '../asn1/certificate.ts';
import { toHex } from '../bytes/hex.ts';
import { Kept } from '../bytes/kept.ts';
import { Reader } from '../bytes/reader.ts';
import type { Primitives } from '../primitives/primitives.ts';
import { PURE } from '../primitives/pure.ts';
import { unexplainedIn } from '../bytes/field.ts';
import type {
  AlertView,
  CertificateView,
  Chunk,
  Dissection,
  Field,
  MessageView,
  RecordView,
  Side,
} from './dissection.ts';
import { rawOf } from './format/tree.ts';
import type { Opening } from './keys/flow.ts';
import { Assembler, type Assembled } from './messages/assemble.ts';
import { readMessage } from './messages/handshake.ts';
import { RECORD_ENV, SSLV2_HELLO, SSLV2_LENGTH_BYTES } from './messages/records.ts';
import { VERSIONS } from './names/names.ts';
import { hexNumber, named } from './format/format.ts';
import { CIPHER_SUITES } from './names/suites.ts';
import { Draft } from './record/draft.ts';
import { frame, type Framed } from './record/framing.ts';
import { Session } from './session.ts';

const HANDSHAKE = 22;
const APPLICATION_DATA = 23;
const CHANGE_CIPHER_SPEC = 20;
const ALERT = 21;

/**
 * Dissects one TLS connection.
 *
 * @param chunks its bytes in the order in which they passed; cut anywhere
 * @param keyLog text of a key-log file; may hold lines of other connections, may be empty
 * @param primitives native ones where there are some; they change the speed and nothing else
 * @returns never throws: what cannot be read is said in the field tree and in `problems`
 */
export function dissect(chunks: readonly Chunk[], keyLog: string, primitives: Primitives = PURE): Dissection {
  return new Dissector(keyLog, primitives).run(frame(chunks));
}

/**
 * How one record of a connection was opened, with its keys and number.
 *
 * @param index position among the records of `dissect(chunks, keyLog)`
 * @returns null for a record in clear, undefined where there is none with this index
 */
export function openingOf(chunks: readonly Chunk[], keyLog: string, index: number): Opening | null | undefined {
  return new Dissector(keyLog, PURE).openingOf(frame(chunks), index);
}

const UNREAD_AFTER_DAMAGE = 'The receiver could not open a record before this one, and reads no further.';
const UNREAD_AFTER_ALERT = 'The receiver had ended the connection with an alert before.';

/** One run of `dissect`; thrown away afterwards. */
class Dissector {
  readonly #buffers: Uint8Array[] = [];
  readonly #primitives: Primitives;
  readonly #session: Session;
  readonly #drafts: Draft[] = [];
  readonly #messages: MessageView[] = [];
  readonly #alerts: AlertView[] = [];
  readonly #assemblers: { readonly [S in Side]: Assembler };
  readonly #assembled: number[] = [];
  /** why nobody reads what this side sends from here on */
  readonly #unread: { [S in Side]: string | null } = { client: null, server: null };

  constructor(keyLog: string, primitives: Primitives) {
    this.#primitives = primitives;
    this.#session = new Session(keyLog, this.#buffers, primitives);
    const keep = (bytes: Uint8Array): number => {
      const buffer = this.#newBuffer(bytes);
      this.#assembled.push(buffer);
      return buffer;
    };
    this.#assemblers = { client: new Assembler('client', keep), server: new Assembler('server', keep) };
  }

  #newBuffer(bytes: Uint8Array): number {
    return this.#buffers.push(bytes) - 1;
  }

  run(framed: readonly Framed[]): Dissection {
    for (const [index, record] of framed.entries()) this.#record(index, record);
    return this.#result();
  }

  openingOf(framed: readonly Framed[], index: number): Opening | null | undefined {
    this.run(framed);
    return this.#drafts[index]?.opening;
  }

  #record(index: number, framed: Framed): void {
    const draft = new Draft(index, framed, this.#newBuffer(framed.bytes));
    this.#drafts.push(draft);
    draft.unread = this.#unread[framed.from];
    if (framed.kind === 'sslv2') this.#oldHello(draft);
    if (framed.kind !== 'record') return;
    if (this.#isProtected(draft)) {
      const opening = this.#session.flows[framed.from].open(framed.bytes);
      draft.protect(opening, (bytes) => this.#newBuffer(bytes));
      if (opening.kind === 'sealed' && opening.keys) this.#unread[framed.from] ??= UNREAD_AFTER_DAMAGE;
    } else if (draft.type === HANDSHAKE && !this.#session.hasBegun && !draft.looksLikeHello()) {
      draft.seal('The beginning of the connection is missing, so it is not known whether this is encrypted.');
    }
    const content = draft.content();
    if (content) this.#content(draft, content);
  }

  #oldHello({ framed, wire }: Draft): void {
    const fields: Field[] = [];
    SSLV2_HELLO.read(new Reader(framed.bytes, wire), RECORD_ENV, fields);
    const challenge = fields.find(({ name }) => name === 'challenge');
    const random = challenge ? rawOf(challenge, this.#buffers) : new Uint8Array();
    this.#session.oldClientHello(random, framed.bytes.subarray(SSLV2_LENGTH_BYTES));
  }

  #isProtected({ type, framed }: Draft): boolean {
    const { isTls13, isProtected } = this.#session;
    return isTls13 ? type === APPLICATION_DATA : isProtected[framed.from] || type === APPLICATION_DATA;
  }

  #content(draft: Draft, content: Reader): void {
    const { from } = draft.framed;
    switch (draft.contentType) {
      case HANDSHAKE:
        draft.pieces = this.#assemblers[from].take(content, draft.index, (message) => this.#message(draft, message));
        break;
      case ALERT:
        this.#alert(from, draft.readAlerts(content));
        break;
      case CHANGE_CIPHER_SPEC:
        draft.readOther(content);
        this.#session.changeCipherSpec(from);
        break;
      default:
        draft.readOther(content);
    }
  }

  #alert(from: Side, alerts: readonly AlertView[]): void {
    this.#alerts.push(...alerts);
    const isFatal = ({ level, code }: AlertView) => level === 2 || (this.#session.isTls13 && ![0, 90].includes(code));
    if (alerts.some(isFatal)) this.#unread[from === 'client' ? 'server' : 'client'] ??= UNREAD_AFTER_ALERT;
  }

  #message(draft: Draft, { from, input, records }: Assembled): { readonly field: Field } {
    const { version, suite } = this.#session;
    const bytes = new Reader(input.bytes, input.buffer, input.at, input.end).take();
    const hasRawKey = this.#session.hasRawKey[from];
    const env = { source: '', message: '', version, keyExchange: suite?.keyExchange ?? 'other', hasRawKey } as const;
    const field = readMessage(input, env);
    const encrypted = draft.protection !== 'clear';
    const type = bytes.at(0) ?? 0;
    this.#messages.push({ from, type, name: field.name, length: bytes.length, encrypted, records, fields: field });
    this.#session.learn({ from, name: field.name, field, bytes });
    return { field };
  }

  #result(): Dissection {
    const session = this.#session;
    const records = this.#drafts.map((draft) => draft.view());
    const { version, suite, suiteCode, group, serverName, alpn, resumed, certificateVerify, finished, pskBinder } =
      session;
    const view = (der: Uint8Array) => certificateView(der, this.#primitives);
    return withWhatIsAsked(session, () => this.#count(records), {
      version: version === 0 ? null : (VERSIONS.nameOf(version) ?? hexNumber(version, 4)),
      cipherSuite: suiteCode === null ? null : (suite?.name ?? named(suiteCode, 2, CIPHER_SUITES)),
      group,
      serverName,
      alpn,
      resumed,
      buffers: this.#buffers,
      records,
      messages: this.#messages,
      alerts: this.#alerts,
      applicationData: this.#drafts.flatMap((draft) => draft.applicationData()),
      certificates: { client: session.certificates.client.map(view), server: session.certificates.server.map(view) },
      verified: { certificateVerify: { ...certificateVerify }, finished: { ...finished }, pskBinder },
      problems: this.#drafts.flatMap((draft) => draft.problems()),
    });
  }

  #count(records: readonly RecordView[]): Dissection['bytes'] {
    let total = 0;
    let unexplained = 0;
    for (const { length, fields, opened } of records) {
      total += length;
      unexplained += unexplainedIn(fields) + (opened ? unexplainedIn(opened) : 0);
    }
    const assembled = new Set(this.#assembled);
    for (const { fields } of this.#messages) {
      if (assembled.has(fields.range.buffer)) unexplained += unexplainedIn(fields);
    }
    return { total, explained: Math.max(total - unexplained, 0) };
  }
}

/**
 * Adds what few readers ask for: the key schedule, dozens of HMACs, and the count of bytes. The getters lie on a prototype
 * that all share: own ones would give each dissection a shape of its own, which keeps it alive until the next large
 * garbage collection.
 */
function withWhatIsAsked(
  session: Session,
  count: () => Dissection['bytes'],
  found: Omit<Dissection, Asked>,
): Dissection {
  return Object.assign(new WhenAsked(session, count), found);
}

type Asked = 'keySchedule' | 'bytes';

class WhenAsked implements Pick<Dissection, Asked> {
  readonly #session: Session;
  readonly #count: () => Dissection['bytes'];
  #keySchedule: Dissection['keySchedule'] | null = null;
  #bytes: Dissection['bytes'] | null = null;

  constructor(session: Session, count: () => Dissection['bytes']) {
    this.#session = session;
    this.#count = count;
  }

  get keySchedule(): Dissection['keySchedule'] {
    return (this.#keySchedule ??= this.#session.keySchedule());
  }

  get bytes(): Dissection['bytes'] {
    return (this.#bytes ??= this.#count());
  }
}

const UNREADABLE = { subject: '', issuer: '', serial: '', notBefore: '', notAfter: '' };

function certificateView(der: Uint8Array, primitives: Primitives): CertificateView {
  return VIEWS.of(der, (own) => viewed(own, primitives));
}

const VIEWS = new Kept<CertificateView>(64);

function viewed(der: Uint8Array, { hashes }: Primitives): CertificateView {
  const { subject, issuer, serial, notBefore, notAfter } = certificateFacts(der) ?? UNREADABLE;
  return { der, subject, issuer, serial, notBefore, notAfter, sha256: toHex(hashes.SHA256.digest(der)) };
}
