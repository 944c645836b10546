/** What is shown of a file: names with values, and what lies inside. */
export interface Shown {
  readonly name: string;
  /** one line; null where everything lies inside */
  readonly value: string | null;
  readonly inside: readonly Shown[];
}

export const line = (name: string, value: string): Shown => ({ name, value, inside: [] });
export const branch = (name: string, inside: readonly Shown[], value: string | null = null): Shown => ({
  ...{ name, value, inside },
});

/** The tree as text, two blanks for each step inwards. */
export function treeLines(shown: Shown, depth = 0): string[] {
  const { name, value, inside } = shown;
  const own = `${'  '.repeat(depth)}${name}${value === null ? '' : name === '' ? value : `: ${value}`}`;
  return [own, ...inside.flatMap((one) => treeLines(one, depth + 1))];
}
