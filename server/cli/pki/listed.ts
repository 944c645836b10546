/**
 * Writes `--ca one.pem two.pem` as `--ca=one.pem --ca=two.pem`, the only form that node's reader knows.
 *
 * @param names of the options that take one or several files, without dashes
 * @returns the words for node's reader, and the option that took several words last: `--ca ca.pem leaf.pem` means that
 *   the last one stands for itself, if no other word does
 */
export function listed(args: readonly string[], names: readonly string[]): { args: string[]; greedy: string | null } {
  const spread: string[] = [];
  let greedy: string | null = null;
  let open: string | null = null;
  let count = 0;
  const close = () => {
    if (open !== null && count === 0) spread.push(`--${open}`); // the reader says that its file is missing
    open = null;
  };
  for (const word of args) {
    const name = names.find((known) => word === `--${known}`);
    if (name !== undefined) {
      close();
      [open, count] = [name, 0];
    } else if (word.startsWith('-') && word !== '-') {
      close();
      spread.push(word);
    } else if (open === null) spread.push(word);
    else {
      spread.push(`--${open}=${word}`);
      count += 1;
      if (count > 1) greedy = open;
    }
  }
  close();
  return { args: spread, greedy };
}
