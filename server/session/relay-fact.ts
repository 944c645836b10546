import type { Told } from '../log/recording.ts';
import type { RelayReport } from '../relay/relay.ts';

/** What a report of the relay is among the facts of a run. @param at ms since the run began */
export function relayFact(report: RelayReport, at: number): Told {
  switch (report.kind) {
    case 'key-log':
      return { type: 'key-log', at, side: 'server', line: report.line };
    case 'accepted': {
      const text = 'The desk accepted the certificate.';
      return { type: 'event', at, side: 'server', name: 'trusts-peer', code: null, text, peer: report.peer };
    }
    case 'refused':
      return {
        type: 'event',
        at,
        side: 'server',
        name: 'refuses-peer',
        code: report.code,
        text: report.text,
        peer: null,
      };
    case 'told':
    case 'fault':
    case 'ended':
      return { type: 'event', at, side: 'server', name: report.kind, code: report.code, text: report.text, peer: null };
  }
}
