/** A text as one word of a shell (POSIX.1-2017 XCU §2.2.2): nothing in it means anything. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
