/** Holds what was seen of a run against the row of its scenario. */
import type { Side } from '../tls/dissection.ts';
import type { Scenario } from './scenario.ts';

/** The part of a run's outcome that a row speaks about. */
export interface SeenOutcome {
  readonly noticedBy: Side | null;
  readonly alert: { readonly code: number } | null;
  readonly reason: { readonly code: string | null } | null;
  readonly lamps: { readonly [S in Side]: { readonly kind: string } };
}

/** How a run was made: its version, and who played the client. */
export interface Made {
  readonly version: '1.2' | '1.3';
  readonly client: 'page' | 'node';
  readonly engine: 'node' | 'openssl';
}

/** What differs from the row, one sentence each. */
export function differences(scenario: Scenario, { version, client, engine }: Made, seen: SeenOutcome): string[] {
  const row = scenario.expect.find(
    (one) => one.engine === engine && one.tls.includes(version) && one.client.includes(client),
  );
  const how = `TLS ${version}, client ${client}, server ${engine}`;
  if (!row) return [`no row of "${scenario.id}" is about ${how}`];
  const pairs: readonly (readonly [what: string, expected: unknown, found: unknown])[] = [
    ['noticed by', row.noticedBy, seen.noticedBy],
    ['alert', row.alert, seen.alert?.code ?? null],
    ['reason', row.reason, seen.reason?.code ?? null],
    ["the client's lamp is lit", row.lamps.client, seen.lamps.client.kind === 'lit'],
    ["the server's lamp is lit", row.lamps.server, seen.lamps.server.kind === 'lit'],
  ];
  return pairs
    .filter(([, expected, found]) => expected !== found)
    .map(
      ([what, expected, found]) =>
        `${scenario.id}, ${how}: ${what}: expected ${String(expected)}, found ${String(found)}`,
    );
}
