/**
 * The lines of a `play` block: `sign csr=alice by=mine for=client`. A word without `=` fills the next positional
 * parameter of its command. A bare whole number is a number; in quotes it stays text.
 */

export type PlayFields = Readonly<Record<string, string | number>>;

export type PlayLine =
  | { readonly kind: 'command'; readonly fields: PlayFields; readonly line: number }
  | { readonly kind: 'problem'; readonly text: string; readonly line: number };

const TOKEN = /\s*(?:([a-zA-Z]+)=)?("[^"]*"|'[^']*'|[^\s"'=]+)(?=\s|$)/y;

/**
 * Reads a `play` block.
 *
 * @param text its content; empty lines and lines with `#` are left out
 * @param firstLine number of the content's first line in its file
 * @param positional names of the parameters that a command takes without their name
 */
export function parsePlay(
  text: string,
  firstLine: number,
  positional: Readonly<Record<string, readonly string[]>>,
): PlayLine[] {
  return text.split('\n').flatMap((source, index) => {
    const line = firstLine + index;
    const trimmed = source.trim();
    if (trimmed === '' || trimmed.startsWith('#')) return [];
    return [parseLine(trimmed, line, positional)];
  });
}

function parseLine(source: string, line: number, positional: Readonly<Record<string, readonly string[]>>): PlayLine {
  const fields: Record<string, string | number> = {};
  let waiting: readonly string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const start = TOKEN.lastIndex;
    const [, key, raw] = TOKEN.exec(source) ?? [];
    if (raw === undefined) return { kind: 'problem', text: `cannot read "${source.slice(start)}"`, line };
    if (start === 0 && key === undefined) {
      fields['type'] = raw;
      waiting = Object.hasOwn(positional, raw) ? (positional[raw] ?? []) : [];
      continue;
    }
    const name = key ?? waiting[0];
    if (name === undefined) return { kind: 'problem', text: `"${raw}" belongs to no parameter`, line };
    if (key === undefined) waiting = waiting.slice(1);
    if (Object.hasOwn(fields, name)) return { kind: 'problem', text: `"${name}" is given twice`, line };
    fields[name] = readValue(raw);
  }
  return { kind: 'command', fields, line };
}

function readValue(raw: string): string | number {
  if (/^["']/.test(raw)) return raw.slice(1, -1);
  return /^\d{1,9}$/.test(raw) ? Number(raw) : raw;
}
