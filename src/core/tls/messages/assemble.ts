/** Handshake messages out of record contents: several in one record, or one across several. RFC 8446 §5.1. */
import { concat, Reader, joined } from '../../bytes/reader.ts';
import type { Field, Side } from '../dissection.ts';
import { field } from '../format/format.ts';

/** Some bytes of a record's content: a whole message, or a part of one. */
export type Piece =
  | { readonly kind: 'field'; readonly field: Field }
  | { readonly kind: 'part'; readonly input: Reader; readonly of: Split; readonly number: number };

/** A message across records. `name` stays null until it is complete. */
export interface Split {
  name: string | null;
  parts: number;
}

export interface Assembled {
  readonly from: Side;
  /** reads exactly the message */
  readonly input: Reader;
  readonly records: readonly number[];
}

interface Waiting {
  readonly split: Split;
  readonly parts: Uint8Array[];
  readonly records: number[];
  bytes: number;
}

const HEADER_BYTES = 4;

/** Collects one side's handshake bytes. */
export class Assembler {
  #waiting: Waiting | null = null;
  readonly #from: Side;
  readonly #newBuffer: (bytes: Uint8Array) => number;

  /** @param newBuffer stores a reassembled message and returns its number */
  constructor(from: Side, newBuffer: (bytes: Uint8Array) => number) {
    this.#from = from;
    this.#newBuffer = newBuffer;
  }

  /**
   * Takes the handshake bytes of one record and calls `onMessage` for each message that they complete.
   *
   * @returns the pieces that cover these bytes
   */
  take(content: Reader, record: number, onMessage: (message: Assembled) => { readonly field: Field }): Piece[] {
    const pieces: Piece[] = [];
    while (content.left > 0) {
      if (!this.#waiting && content.left >= HEADER_BYTES && content.left >= HEADER_BYTES + content.peek(3, 1)) {
        const input = content.part(HEADER_BYTES + content.peek(3, 1));
        pieces.push({ kind: 'field', field: onMessage({ from: this.#from, input, records: [record] }).field });
      } else pieces.push(this.#takePart(content, record, onMessage));
    }
    return pieces;
  }

  #takePart(content: Reader, record: number, onMessage: (message: Assembled) => { readonly field: Field }): Piece {
    this.#waiting ??= { split: { name: null, parts: 0 }, parts: [], records: [], bytes: 0 };
    const waiting = this.#waiting;
    const input = content.part(this.#missing(waiting, content));
    waiting.parts.push(new Reader(input.bytes, input.buffer, input.at, input.end).take());
    waiting.records.push(record);
    waiting.bytes += input.left;
    waiting.split.parts += 1;
    if (waiting.bytes >= HEADER_BYTES && this.#missing(waiting, content) === 0) {
      this.#waiting = null;
      const bytes = joined(waiting.parts);
      const message = { from: this.#from, input: new Reader(bytes, this.#newBuffer(bytes)), records: waiting.records };
      waiting.split.name = onMessage(message).field.name;
    }
    return { kind: 'part', input, of: waiting.split, number: waiting.split.parts };
  }

  /** Bytes up to the end of the waiting message, as far as its header and `more` tell. */
  #missing({ parts, bytes }: Waiting, more: Reader): number {
    const header = new Reader(headerOf(parts, more));
    if (header.left < HEADER_BYTES) return HEADER_BYTES - bytes;
    return HEADER_BYTES + header.peek(3, 1) - bytes;
  }
}

function headerOf(parts: readonly Uint8Array[], more: Reader): Uint8Array {
  let header: Uint8Array = new Uint8Array();
  for (const part of parts) {
    if (header.length >= HEADER_BYTES) return header;
    header = concat(header, part.subarray(0, HEADER_BYTES));
  }
  const next = new Reader(more.bytes, more.buffer, more.at, more.end).take(HEADER_BYTES);
  return header.length >= HEADER_BYTES ? header : concat(header, next).subarray(0, HEADER_BYTES);
}

const PART_SAYS = 'A message may be spread over several records; here is one stretch of it.';

/** The field of a piece; to be asked for when all records have been seen. */
export function pieceField(piece: Piece): Field {
  if (piece.kind === 'field') return piece.field;
  const { input, of, number } = piece;
  const range = { buffer: input.buffer, start: input.at, end: input.end };
  const value = `${input.left} bytes, part ${number} of ${of.name === null ? 'an unfinished message' : of.parts}`;
  const problem = of.name === null ? 'The rest of this handshake message has not come.' : '';
  return field(partName(of), value, range, 'RFC 8446 §5.1', PART_SAYS, problem);
}

const partName = (of: Split): string => (of.name === null ? 'part of a handshake message' : `part of ${of.name}`);

/** The piece in a record's label: `Certificate`, `Certificate (2 of 3)`. */
export function pieceLabel(piece: Piece): string {
  if (piece.kind === 'field') return piece.field.name;
  const { of, number } = piece;
  return of.name === null ? 'Handshake message, unfinished' : `${of.name} (${number} of ${of.parts})`;
}
