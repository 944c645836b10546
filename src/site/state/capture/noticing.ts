/** Under this nobody notices a wait, and a word about it would only flicker. */
const NOTICED_MS = 300;

/** Waits for work, and tells when the wait becomes one that people notice, and when it is over. */
export async function noticing<Value>(work: Promise<Value>, notice: (isWaiting: boolean) => void): Promise<Value> {
  const timer = setTimeout(() => notice(true), NOTICED_MS);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
    notice(false);
  }
}
