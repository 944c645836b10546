/**
 * The language of checks: `key.exists(me) and !key.fits(me, cert=alice)`.
 *
 *   expression = term *( "and" term )
 *   term       = [ "!" ] name [ "(" [ argument *( "," argument ) ] ")" ]
 *   argument   = [ key "=" ] value
 *   value      = atom *( "|" atom )          any of these
 *   atom       = word / 'quoted text' / "quoted text"
 */

/** One argument: the texts it may be, in the order written. */
export type Value = readonly string[];

export interface Call {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly Value[];
  readonly named: Readonly<Record<string, Value>>;
  /** offset of the name in the expression's text */
  readonly at: number;
}

export type Expression =
  | Call
  | { readonly kind: 'not'; readonly of: Call }
  | { readonly kind: 'and'; readonly all: readonly (Call | { readonly kind: 'not'; readonly of: Call })[] };

export type ExpressionResult =
  | { readonly kind: 'expression'; readonly expression: Expression }
  | { readonly kind: 'problem'; readonly at: number; readonly text: string };

type Term = Exclude<Expression, { kind: 'and' }>;

/**
 * Reads one expression.
 *
 * @param text the whole expression
 * @returns its tree, or the first problem with its offset in `text`
 */
export function parseExpression(text: string): ExpressionResult {
  try {
    const reader = new Reader(text);
    const terms: Term[] = [readTerm(reader)];
    while (reader.takeWord('and')) terms.push(readTerm(reader));
    reader.skipSpace();
    if (reader.at < text.length) reader.fail(`"${text.slice(reader.at)}" is left over; join checks with "and"`);
    const [first] = terms;
    return { kind: 'expression', expression: terms.length === 1 && first ? first : { kind: 'and', all: terms } };
  } catch (error) {
    if (error instanceof Unreadable) return { kind: 'problem', at: error.at, text: error.message };
    throw error;
  }
}

/** Every call of an expression, in order. */
export function callsOf(expression: Expression): readonly Call[] {
  switch (expression.kind) {
    case 'call':
      return [expression];
    case 'not':
      return [expression.of];
    case 'and':
      return expression.all.flatMap(callsOf);
  }
}

/** Thrown inside this file only; {@link parseExpression} turns it into a value. */
class Unreadable extends Error {
  readonly at: number;
  constructor(at: number, text: string) {
    super(text);
    this.at = at;
  }
}

class Reader {
  readonly #text: string;
  at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  skipSpace(): void {
    this.match(/\s*/y);
  }

  match(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.#text);
    if (!found) return null;
    this.at += found[0].length;
    return found[0];
  }

  take(char: string): boolean {
    this.skipSpace();
    if (this.#text[this.at] !== char) return false;
    this.at += 1;
    return true;
  }

  takeWord(word: string): boolean {
    this.skipSpace();
    return this.match(new RegExp(`${word}(?![\\w.-])`, 'y')) !== null;
  }

  fail(text: string, at = this.at): never {
    throw new Unreadable(at, text);
  }
}

function readTerm(reader: Reader): Term {
  if (reader.take('!')) return { kind: 'not', of: readCall(reader) };
  return readCall(reader);
}

function readCall(reader: Reader): Call {
  reader.skipSpace();
  const at = reader.at;
  const name = reader.match(/[a-z][a-z-]*(\.[a-z][a-z-]*)?/y) ?? reader.fail('the name of a check is expected here');
  const args: Value[] = [];
  const named: Record<string, Value> = {};
  if (reader.take('(') && !reader.take(')')) {
    do readArgument(reader, args, named);
    while (reader.take(','));
    if (!reader.take(')')) reader.fail('a closing parenthesis is expected here');
  }
  return { kind: 'call', name, args, named, at };
}

function readArgument(reader: Reader, args: Value[], named: Record<string, Value>): void {
  reader.skipSpace();
  const at = reader.at;
  const key = reader.match(/[a-zA-Z]+\s*=/y)?.replace(/\s*=$/, '');
  const value = [readAtom(reader)];
  while (reader.take('|')) value.push(readAtom(reader));
  if (key === undefined) {
    if (Object.keys(named).length > 0) reader.fail('arguments without a name come first', at);
    args.push(value);
  } else {
    if (Object.hasOwn(named, key)) reader.fail(`"${key}" is given twice`, at);
    named[key] = value;
  }
}

function readAtom(reader: Reader): string {
  reader.skipSpace();
  const quoted = reader.match(/'[^']*'|"[^"]*"/y);
  if (quoted !== null) return quoted.slice(1, -1);
  return reader.match(/[^\s,()|='"!]+/y) ?? reader.fail('a value is expected here');
}
