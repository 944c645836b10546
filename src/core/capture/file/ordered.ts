import { Reader } from '../../bytes/reader.ts';

/** A reader of numbers in the byte order of the machine that wrote the file. */
export class OrderedReader extends Reader {
  readonly isLittle: boolean;

  /** @param isLittle whether the least significant byte comes first */
  constructor(bytes: Uint8Array, isLittle: boolean, start = 0, end = bytes.length) {
    super(bytes, 0, start, end);
    this.isLittle = isLittle;
  }

  override peek(width: number, skip = 0): number {
    const value = super.peek(width, skip);
    return this.isLittle ? reversed(value, width) : value;
  }

  override part(count: number): OrderedReader {
    const from = this.at;
    this.skip(count);
    return new OrderedReader(this.bytes, this.isLittle, from, this.at);
  }
}

function reversed(value: number, width: number): number {
  let result = 0;
  for (let rest = value, index = 0; index < width; index++, rest = Math.floor(rest / 256))
    result = result * 256 + (rest % 256);
  return result;
}
