/** How runs are called in a world, and how a lesson finds the one it speaks about. */
import type { ClientProgram, Engine, TlsVersion } from '../bridge/messages.ts';
import type { Run } from '../bridge/run.ts';
import type { World } from './world.ts';

/** How an ordinary connection, or one of a scenario, is made. */
export interface Made {
  readonly scenario: string | null;
  readonly as: string;
  readonly version: TlsVersion;
  readonly client: ClientProgram;
  readonly server: Engine;
}

/**
 * The label of a run: the scenario's id, or who connects, `good` for Alice. Each version and each program has one of its
 * own, so that runs can be looked at side by side.
 */
export function labelOf({ scenario, as, version, client, server }: Made): string {
  const label = scenario ?? (as === 'alice' ? 'good' : as);
  const peers = version === '1.2' ? '-tls12' : client === 'node' ? '-node' : '';
  return label + peers + (server === 'openssl' ? '-openssl' : '');
}

/** Tells one run from every other, also across a restart of the server; '' for none. */
export const markOf = (run: Run | null): string => (run === null ? '' : `${run.label} ${run.startedAt}`);

const PEERS = /^(-tls12|-node)?(-openssl)?$/;

/**
 * The newest run that fits.
 *
 * @param of label without version and programs; null: any
 * @param version null: any
 */
export function findRun(world: World, of: string | null, version: readonly string[] | null): Run | null {
  if (of === null && version === null) return world.lastRun === null ? null : (world.runs[world.lastRun] ?? null);
  const labels = Object.keys(world.runs).filter(
    (label) => of === null || (label.startsWith(of) && PEERS.test(label.slice(of.length))),
  );
  const fitting = labels.flatMap((label) => {
    const run = world.runs[label];
    return run && (version === null || version.includes(run.version)) ? [run] : [];
  });
  return fitting.reduce<Run | null>((best, run) => (best && best.startedAt > run.startedAt ? best : run), null);
}
