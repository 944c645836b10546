/** Cracks one table after the other, away from the page's own thread. It is stopped by ending it. */
import { attack, SALT_BYTES, SCHEMES, stored, type Scheme } from '$core/labs/password-table.ts';
import type { Progress, StartRace } from './race.ts';

const TELL_EVERY_MS = 100;

addEventListener('message', ({ data }: MessageEvent<StartRace>) => {
  warmUp(data.words);
  for (const scheme of SCHEMES) crack(scheme, data);
});

/** A browser makes code fast when it has run for a while; the first table would seem the dearest. */
function warmUp(words: readonly string[]): void {
  const nobody = { user: 'nobody', salt: new Uint8Array(SALT_BYTES), hash: new Uint8Array() };
  Array.from(attack('salted-sha256', [nobody], words));
}

function crack(scheme: Scheme, { accounts, words }: StartRace): void {
  const table = accounts.map((one) => stored(scheme, one, crypto.getRandomValues(new Uint8Array(SALT_BYTES))));
  const found: Progress['found'][number][] = [];
  let [hashes, tried, last] = [0, 0, ''];
  const tell = (ms: number, isDone: boolean) =>
    postMessage({ scheme, table, hashes, ms, words: tried, found: [...found], isDone } satisfies Progress);
  tell(0, false);
  const startedAt = performance.now();
  let toldAt = startedAt;
  for (const { word, found: users } of attack(scheme, table, words)) {
    hashes++;
    if (word !== last) [tried, last] = [tried + (last === '' ? 0 : 1), word];
    for (const user of users) found.push({ user, word });
    const now = performance.now();
    if (now - toldAt < TELL_EVERY_MS) continue;
    toldAt = now;
    tell(now - startedAt, false);
  }
  tried += 1; // the last word was tried on all that were left
  tell(performance.now() - startedAt, true);
}
