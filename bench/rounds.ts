/** Measuring in turns. Only numbers of the same round are compared: between two rounds a machine may change its mind. */

/** The value in the middle, or between the two there. */
export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/**
 * A percentile with linear interpolation.
 *
 * @param share from 0 to 100
 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  const at = ((sorted.length - 1) * share) / 100;
  const below = sorted[Math.floor(at)] ?? NaN;
  const above = sorted[Math.ceil(at)] ?? NaN;
  return below + (above - below) * (at - Math.floor(at));
}

/**
 * Runs some measurements in turns, each round in the opposite order of the one before, so that none profits from its
 * place.
 *
 * @param measured by name: measures once and resolves with a number
 * @param onRound told what a round brought
 * @returns one row a round
 */
export async function interleaved<Name extends string>(
  rounds: number,
  measured: { readonly [N in Name]: () => Promise<number> | number },
  onRound: (row: Readonly<Record<Name, number>>, round: number) => void,
): Promise<readonly Readonly<Record<Name, number>>[]> {
  const names = Object.keys(measured) as Name[];
  const rows: Record<Name, number>[] = [];
  for (let round = 0; round < rounds; round++) {
    const row = {} as Record<Name, number>;
    for (const name of round % 2 === 0 ? names : names.toReversed()) row[name] = await measured[name]();
    rows.push(row);
    onRound(row, round);
  }
  return rows;
}

/** Milliseconds that something takes. */
export async function timed(run: () => unknown): Promise<number> {
  const startedAt = performance.now();
  await run();
  return performance.now() - startedAt;
}
