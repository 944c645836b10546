/** What programs that nobody here wrote make of exported files. */
import { execFileSync } from 'node:child_process';

/** What tshark sees in a capture: all values of each field, in the order of the file. */
export function tshark<Field extends string>(
  file: string,
  fields: readonly Field[],
  more: readonly string[] = [],
): Record<Field, string[]> {
  const wished = fields.flatMap((field) => ['-e', field]);
  const options = ['-r', file, ...more, '-T', 'fields', '-E', 'occurrence=a', '-E', 'separator=;', ...wished];
  const rows = execFileSync('tshark', options, {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
    .split('\n')
    .map((line) => line.split(';'));
  const column = (index: number) =>
    rows.flatMap((row) => (row[index] ?? '').split(',')).filter((value) => value !== '');
  return Object.fromEntries(fields.map((field, index) => [field, column(index)])) as Record<Field, string[]>;
}
