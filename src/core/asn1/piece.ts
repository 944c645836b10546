import type { ByteRange, Field } from '../bytes/field.ts';

/** Pieces whose parts are kept: those that somebody has open, as far as people open them at one time. */
const KEPT_PIECES = 8;
const kept: Piece[] = [];

/** A field that makes its parts when they are asked for. In a list of thousands nobody looks at most of them. */
export class Piece implements Field {
  readonly name: string;
  readonly value = '';
  readonly range: ByteRange;
  readonly says: string;
  readonly #make: () => readonly Field[];
  #parts: readonly Field[] | null = null;

  /** @param make the same fields each time */
  constructor(name: string, range: ByteRange, says: string, make: () => readonly Field[]) {
    this.name = name;
    this.range = range;
    this.says = says;
    this.#make = make;
  }

  get children(): readonly Field[] {
    if (this.#parts !== null) return this.#parts;
    this.#parts = this.#make();
    kept.push(this);
    const oldest = kept.length > KEPT_PIECES ? kept.shift() : undefined;
    if (oldest) oldest.#parts = null;
    return this.#parts;
  }
}
