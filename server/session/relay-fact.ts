import type { RunEvent } from '../../src/core/bridge/messages.ts';
import type { Told } from '../log/recording.ts';
import type { RelayPeer, RelayReport } from '../relay/relay.ts';

/** What the server's program says. @param at ms since the run began */
export function serverSays(
  at: number,
  name: RunEvent['name'],
  { code, text }: Pick<RunEvent, 'code' | 'text'>,
  peer: RelayPeer | null = null,
): Told {
  return { type: 'event', at, side: 'server', name, code, text, peer };
}

/** What a report of the relay is among the facts of a run. @param at ms since the run began */
export function relayFact(report: RelayReport, at: number): Told {
  switch (report.kind) {
    case 'key-log':
      return { type: 'key-log', at, side: 'server', line: report.line };
    case 'accepted':
      return serverSays(at, 'trusts-peer', { code: null, text: 'The desk accepted the certificate.' }, report.peer);
    case 'refused':
      return serverSays(at, 'refuses-peer', report);
    case 'told':
    case 'fault':
    case 'ended':
      return serverSays(at, report.kind, report);
  }
}
