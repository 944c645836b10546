/** What became of a run that is over, line by line: who noticed what, where, with which alert, and what each believes now. */
import type { Run } from '$core/bridge/run.ts';
import { outcomeOf } from '$core/world/outcome.ts';
import { beliefOf } from './beliefs.ts';
import { isByTap, refusalAlert } from './verdict.ts';

const CLIENTS = { page: 'the client in the page', node: 'Node' } as const;
const SERVERS = { node: 'Node', openssl: 'openssl s_server' } as const;

/** Plain sentences, ready to be copied. What was on the wire and what a program said of itself are told apart. */
export function aftermathOf(run: Run): string[] {
  const { noticedBy, at, reason, end, accepted } = outcomeOf(run);
  const changed = changesOf(run);
  return [
    `TLS ${run.version}, ${CLIENTS[run.client]} with ${SERVERS[run.engine]}, ${run.records.length} records.`,
    ...changed,
    noticedBy === null
      ? accepted === null
        ? 'Nobody said that something was wrong.'
        : `Both accepted: the server let in ${accepted.subject}.`
      : `The ${noticedBy} noticed${at === null ? '' : `, at ${at}`}.`,
    alertWords(run),
    end === null ? 'Nobody has closed the connection.' : `The ${end.from} closed first: ${ENDS[end.how]}.`,
    ...(reason === null
      ? []
      : [
          `The ${reason.side} said of itself, not on the wire: ${reason.code === null ? '' : `${reason.code}. `}${reason.text}`,
        ]),
    `The client: “${beliefOf('client', run)}”`,
    `The server: “${beliefOf('server', run)}”`,
  ];
}

const ENDS = {
  FIN: 'with a FIN',
  RST: 'with a reset',
  deadline: 'the tap, because time was up',
  cut: 'the tap cut it',
} as const;

function alertWords(run: Run): string {
  const alert = refusalAlert(run);
  if (alert === null) return 'No alert that refuses anything was seen on the wire.';
  const how = alert.encrypted ? 'in a locked record' : 'in clear';
  const who = isByTap(run, alert.record) ? `The tap, in the name of the ${alert.from},` : `The ${alert.from}`;
  return `${who} sent the alert ${alert.name} (${alert.code}), ${how}.`;
}

function changesOf(run: Run): string[] {
  return run.records.flatMap(({ index, from, sent, delivered }) => {
    if (sent.length === 0) return [`Record ${index + 1} was sent by the tap, in the name of the ${from}.`];
    if (delivered === null) return [];
    return [`Record ${index + 1} of the ${from} was ${delivered.length === 0 ? 'dropped' : 'changed'} at the tap.`];
  });
}
