/** One record while it is being read. Its view is made at the end, when every message is known to be whole or not. */
import { Reader } from '../../bytes/reader.ts';
import type { AlertView, Dissection, Field, Protection, RecordView } from '../dissection.ts';
import { field, from, hexValue, u8, undecoded, whole, type Format } from '../format/format.ts';
import type { Opening } from '../keys/flow.ts';
import { pieceField, pieceLabel, type Piece } from '../messages/assemble.ts';
import {
  ALERT,
  APPLICATION_DATA,
  CHANGE_CIPHER_SPEC,
  HEARTBEAT,
  RECORD_ENV,
  RECORD_HEADER,
  SSLV2_HELLO,
} from '../messages/records.ts';
import { alertName, CONTENT_TYPES } from '../names/names.ts';
import { RECORD_HEADER_BYTES, type Framed } from './framing.ts';
import type { Lock } from './lock.ts';
import type { Opened } from './opened.ts';
import { layoutOf } from './protection.ts';

const BODIES: Readonly<Record<number, { readonly label: string; readonly format: Format }>> = {
  20: { label: 'ChangeCipherSpec', format: CHANGE_CIPHER_SPEC },
  23: { label: 'Application data', format: APPLICATION_DATA },
  24: { label: 'Heartbeat', format: HEARTBEAT },
};

export class Draft {
  readonly index: number;
  readonly framed: Framed;
  /** number of the buffer with the wire bytes */
  readonly wire: number;
  /** content type in the header; for bytes that are no record, their first byte */
  readonly type: number;
  contentType: number | null = null;
  protection: Protection = 'clear';
  pieces: Piece[] = [];
  /** why the peer never read it, or null */
  unread: string | null = null;
  #opening: Opening | null = null;
  #sealed: string | null = null;
  #plaintext: number | null = null;
  readonly #labels: string[] = [];

  constructor(index: number, framed: Framed, wire: number) {
    this.index = index;
    this.framed = framed;
    this.wire = wire;
    this.type = framed.bytes.at(0) ?? 0;
    if (framed.kind === 'record') this.contentType = this.type;
  }

  /** Takes the outcome of opening it. */
  protect(opening: Opening, newBuffer: (bytes: Uint8Array) => number): void {
    this.#opening = opening;
    this.protection = opening.epoch.protection;
    if (opening.kind === 'sealed') return this.seal(opening.why);
    this.contentType = opening.opened.type;
    this.#plaintext = newBuffer(opening.opened.plaintext);
  }

  /** How it was opened, or why not; null for a record in clear. */
  get opening(): Opening | null {
    return this.#opening;
  }

  /** Leaves its content unread. */
  seal(why: string): void {
    this.#sealed = why;
    this.contentType = null;
  }

  /** Whether its content starts like a message that may open a connection. */
  looksLikeHello(): boolean {
    return [0, 1, 2].includes(this.framed.bytes.at(RECORD_HEADER_BYTES) ?? -1);
  }

  /** A reader over the content, where it can be read. */
  content(): Reader | null {
    if (this.contentType === null) return null;
    const opened = this.#opened();
    if (opened && this.#plaintext !== null) {
      return new Reader(opened.plaintext, this.#plaintext, 0, opened.contentBytes);
    }
    return new Reader(this.framed.bytes, this.wire, RECORD_HEADER_BYTES);
  }

  #opened(): Opened | null {
    return this.#opening?.kind === 'opened' ? this.#opening.opened : null;
  }

  /** Reads the content as alerts, two bytes each. */
  readAlerts(content: Reader): AlertView[] {
    const alerts: AlertView[] = [];
    while (content.left > 0) {
      const level = content.peek(1);
      const code = content.peek(1, 1);
      if (content.left >= 2) {
        const encrypted = this.protection !== 'clear';
        alerts.push({ from: this.framed.from, record: this.index, level, code, name: alertName(code), encrypted });
        this.#labels.push(`Alert: ${alertName(code)} (${code})`);
      }
      this.#read(ALERT, content.part(2));
    }
    return alerts;
  }

  /** Reads content that is neither handshake nor alert. */
  readOther(content: Reader): void {
    const body = BODIES[this.contentType ?? -1];
    this.#labels.push(body?.label ?? `Content type ${this.contentType}`);
    if (body) return this.#read(body.format, content);
    if (content.left > 0)
      this.pieces.push(piece(undecoded(content, '', 'A content type we do not know: not decoded.')));
  }

  #read(format: Format, content: Reader): void {
    const fields: Field[] = [];
    whole(format, content, RECORD_ENV, fields);
    this.pieces.push(...fields.map(piece));
  }

  view(): RecordView {
    const { index, framed, type, protection, contentType, wire } = this;
    const { from, at, offset, bytes } = framed;
    const label = this.#label();
    return {
      index,
      from,
      at,
      offset,
      length: bytes.length,
      type,
      protection,
      contentType,
      ...(this.#sealed !== null && { sealed: this.#sealed }),
      ...(this.unread !== null && { unread: this.unread }),
      label,
      wire,
      plaintext: this.#plaintext,
      lock: this.#lock(),
      fields: this.#wireField(label),
      opened: this.#openedField(label),
    };
  }

  #lock(): Lock | null {
    const opening = this.#opening;
    return opening?.kind === 'opened' ? { keys: opening.keys, sequence: opening.sequence } : null;
  }

  #label(): string {
    if (this.framed.kind === 'partial') return 'Unfinished record';
    if (this.framed.kind === 'foreign') return 'Not TLS';
    if (this.framed.kind === 'sslv2') return 'ClientHello (SSL 2.0 format)';
    if (this.#sealed !== null) return 'Sealed';
    const labels = this.#labels.length > 0 ? this.#labels : this.pieces.map(pieceLabel);
    return labels.join(' + ') || 'Empty record';
  }

  #wireField(label: string): Field {
    const { bytes, kind } = this.framed;
    const input = new Reader(bytes, this.wire);
    const range = { buffer: this.wire, start: 0, end: bytes.length };
    const children: Field[] = [];
    if (kind === 'sslv2') whole(SSLV2_HELLO, input, RECORD_ENV, children);
    else if (kind === 'foreign') children.push(undecoded(input, '', 'These bytes are no TLS record: not decoded.'));
    else {
      RECORD_HEADER.read(input, RECORD_ENV, children);
      if (kind === 'partial' && input.left > 0)
        children.push(undecoded(input, '', 'The rest of this record has not come.'));
      else this.#body(input, children);
    }
    const isCipher = this.protection !== 'clear' || this.#sealed !== null;
    return field(
      isCipher ? 'TLSCiphertext' : 'TLSPlaintext',
      label,
      range,
      RECORD_ENV.source,
      RECORD_SAYS,
      '',
      children,
    );
  }

  #body(input: Reader, children: Field[]): void {
    if (input.left === 0) return;
    const keys = this.#opening?.keys;
    if (this.#sealed === null && !keys) {
      children.push(...this.pieces.map(pieceField));
      return;
    }
    const { before = null, after = null } = keys ? layoutOf(keys) : {};
    const problem = this.#sealed ?? '';
    if (input.left < (before?.bytes ?? 0) + (after?.bytes ?? 0)) {
      children.push(undecoded(input, CIPHER_SOURCE, problem, 'encrypted_record'));
      return;
    }
    if (before) children.push(stretch(input, before.name, before.bytes, before.says, problem));
    const ciphertextBytes = input.left - (after?.bytes ?? 0);
    if (ciphertextBytes > 0) {
      const isBare = keys?.kind === 'mac';
      const [name, says] = isBare ? ['fragment', BARE_SAYS] : ['encrypted_record', CIPHER_SAYS];
      children.push(stretch(input, name, ciphertextBytes, says, problem));
    }
    if (after) children.push(stretch(input, after.name, after.bytes, after.says, problem));
  }

  #openedField(label: string): Field | null {
    const opened = this.#opened();
    if (!opened || this.#plaintext === null) return null;
    const buffer = this.#plaintext;
    const children = this.pieces.map(pieceField);
    const rest = new Reader(opened.plaintext, buffer, opened.contentBytes);
    addTail(rest, this.#opening?.keys?.kind, children);
    const range = { buffer, start: 0, end: opened.plaintext.length };
    return field('TLSInnerPlaintext', label, range, 'RFC 8446 §5.2', INNER_SAYS, '', children);
  }

  /** The application data it carried, if any. */
  applicationData(): Dissection['applicationData'] {
    if (this.contentType !== 23) return [];
    const content = this.content();
    return content ? [{ from: this.framed.from, record: this.index, bytes: content.take() }] : [];
  }

  problems(): Dissection['problems'] {
    const text = this.#sealed ?? KIND_PROBLEMS[this.framed.kind];
    return text ? [{ record: this.index, text }] : [];
  }
}

const KIND_PROBLEMS: Readonly<Record<Framed['kind'], string>> = {
  record: '',
  sslv2: '',
  partial: 'The stream ends inside this record.',
  foreign: 'From here on this side does not speak TLS.',
};

const RECORD_SAYS = 'A record: the envelope in which everything of TLS travels.';
const INNER_SAYS = 'What was inside the encrypted record.';
const CIPHER_SOURCE = 'RFC 8446 §5.2';
const BARE_SAYS = 'Not encrypted: this suite only proves that nothing was changed.';
const CIPHER_SAYS = 'Encrypted: only who has the key can read it.';
const piece = (made: Field): Piece => ({ kind: 'field', field: made });

function stretch(input: Reader, name: string, length: number, says: string, problem: string): Field {
  const start = input.at;
  input.skip(length);
  return field(name, hexValue(input.bytes, start, input.at), input.since(start), CIPHER_SOURCE, says, problem);
}

const INNER_TYPE = from(
  'RFC 8446 §5.2',
  u8('type', 'What the record truly carries; outside it always says 23.', CONTENT_TYPES),
);

/** What the protection had put behind the content: type and zeros in TLS 1.3, MAC and padding in CBC. */
function addTail(rest: Reader, kind: string | undefined, children: Field[]): void {
  if (rest.left === 0) return;
  if (kind === 'tls13') {
    INNER_TYPE.read(rest, RECORD_ENV, children);
    if (rest.left > 0)
      children.push(stretch(rest, 'zeros', rest.left, 'Padding, so that the length tells nothing.', ''));
    return;
  }
  const padding = new Reader(rest.bytes, rest.buffer, rest.end - 1).peek(1) + 1;
  const macBytes = rest.left - padding;
  if (macBytes > 0) children.push(stretch(rest, 'MAC', macBytes, 'Proof that nobody changed a bit on the way.', ''));
  if (rest.left > 1) children.push(stretch(rest, 'padding', rest.left - 1, 'Fills the last block.', ''));
  if (rest.left > 0) children.push(stretch(rest, 'padding_length', 1, 'How many bytes of padding stand before.', ''));
}
