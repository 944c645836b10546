/** `trustwalk lessons check [FILE…]`. Light: what reads and plays lessons is loaded when it is asked for. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = 'lessons';
export const USAGE = `usage: trustwalk lessons check [FILE…]

Validates lessons and replays them without a browser, on real sockets: each check must be false before its step and
true after it, each bet must come to exactly one answer, shell blocks run as written. Without FILE: every lesson in
lessons/. Exit status: 0 every lesson holds, 1 one does not, 2 wrong usage.`;

type Print = (line: string) => void;

/**
 * @param args what follows `trustwalk lessons`
 * @returns exit status: 0 every lesson holds, 1 one does not, 2 wrong usage
 */
export async function lessons(args: readonly string[], print: Print): Promise<number> {
  const [verb, ...files] = args;
  if (verb !== 'check' || files.some((file) => file.startsWith('-'))) return wrongUsage(USAGE, print);
  const wanted = files.length > 0 ? files : everyLesson();
  const absent = wanted.find((file) => !existsSync(file));
  if (absent !== undefined) return wrongUsage(`There is no file ${absent}.`, print);
  if (wanted.length === 0) return wrongUsage(`There is no lesson in ${FOLDER}/.`, print);
  const { checkLessons } = await import('./lessons/check.ts');
  return (await checkLessons(wanted, print)) ? 0 : 1;
}

function wrongUsage(words: string, print: Print): number {
  print(words);
  return 2;
}

function everyLesson(): string[] {
  if (!existsSync(FOLDER)) return [];
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.md') && name !== 'README.md');
  return names.sort().map((name) => join(FOLDER, name));
}
