/** The catalogue, and what came of it, as lines. */
import { alertName } from '../../../src/core/tls/names/names.ts';
import type { Scenario } from '../../../src/core/scenarios/scenario.ts';
import type { Way } from '../scenarios.ts';

/** What must be seen, or was. */
export interface Seen {
  readonly noticedBy: 'client' | 'server' | null;
  /** number of the alert; null: none was sent */
  readonly alert: number | null;
  readonly reason: string | null;
  readonly lamps: { readonly client: boolean; readonly server: boolean };
}

export const nameOf = ({ tls, client, engine }: Way): string => `TLS ${tls}, client ${client}, server ${engine}`;

/** One sentence part: `refused by the server, alert 48 unknown_ca`. */
export function seenText({ noticedBy, alert, reason }: Seen): string {
  if (noticedBy === null) return 'both accept';
  const told = alert === null ? 'no alert' : `alert ${alert} ${alertName(alert)}`;
  return `refused by the ${noticedBy}, ${told}, ${reason ?? 'no reason'}`;
}

/** A way as programs read it. */
export function plainWay({ scenario, engine, tls, client, expected }: Way) {
  const { noticedBy, alert, reason, lamps } = expected;
  return { scenario: scenario.id, engine, tls, client, expected: { noticedBy, alert, reason, lamps } };
}

export const heading = ({ id, title, source }: Scenario): string => `${id}: ${title} (${source})`;

/** The ways without running them. */
export function listed(ways: readonly Way[], asJson: boolean): string[] {
  if (asJson)
    return [
      JSON.stringify(
        ways.map((way) => ({ title: way.scenario.title, ...plainWay(way) })),
        null,
        2,
      ),
    ];
  return ways.flatMap((way, index) => [
    ...(ways[index - 1]?.scenario === way.scenario ? [] : [heading(way.scenario)]),
    `  ${nameOf(way)}: ${seenText(way.expected)}`,
  ]);
}
