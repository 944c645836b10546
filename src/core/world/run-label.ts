/** How runs are called in a world, and how a lesson finds the one it speaks about. */
import type { ClientProgram, TlsVersion } from '../bridge/messages.ts';
import type { Run } from '../bridge/run.ts';
import type { World } from './world.ts';

const OLD = '-tls12';
const BY_NODE = '-node';

/**
 * The label of a run. TLS 1.2 has one of its own, and so has Node in the place of the page's client, so that runs can
 * be looked at side by side.
 *
 * @param scenario id of a scenario; null: an ordinary connection by `as`, whose label is `good` for Alice
 */
export function labelOf(scenario: string | null, as: string, version: TlsVersion, client: ClientProgram): string {
  const label = scenario ?? (as === 'alice' ? 'good' : as);
  if (version === '1.2') return label + OLD;
  return client === 'node' ? label + BY_NODE : label;
}

/**
 * The newest run that fits.
 *
 * @param of label without version and client; null: any
 * @param version null: any
 */
export function findRun(world: World, of: string | null, version: readonly string[] | null): Run | null {
  if (of === null && version === null) return world.lastRun === null ? null : (world.runs[world.lastRun] ?? null);
  const labels = of === null ? Object.keys(world.runs) : [of, of + OLD, of + BY_NODE];
  const fitting = labels.flatMap((label) => {
    const run = world.runs[label];
    return run && (version === null || version.includes(run.version)) ? [run] : [];
  });
  return fitting.reduce<Run | null>((best, run) => (best && best.startedAt > run.startedAt ? best : run), null);
}
