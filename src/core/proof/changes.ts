/** What the tap did to a run, in words. */
import type { Run } from '../bridge/run.ts';

/** One sentence for each record that was not passed as it was sent, and one where the tap ended the connection. */
export function changesOf({ records, held, closes }: Run): string[] {
  const ordered = [...records].sort((one, other) => one.index - other.index);
  const done = ordered.flatMap((record, at) => {
    const { index, from, sent, delivered } = record;
    const name = `Record ${index + 1}`;
    if (sent.length === 0) return [`${name} was sent by the tap, in the name of the ${from}.`];
    if (delivered?.length === 0) return [`${name} of the ${from} was dropped at the tap.`];
    if (delivered !== null) return [`${name} of the ${from} was changed at the tap.`];
    const overtaken = ordered.slice(at + 1).some((later) => later.from === from && later.at < record.at);
    return overtaken ? [`${name} of the ${from} was overtaken at the tap by a later one.`] : [];
  });
  const waiting = held.map(({ index, from }) => `Record ${index + 1} of the ${from} still waits at the tap.`);
  const ended = closes.some(({ how }) => how === 'deadline' || how === 'cut');
  return [...done, ...waiting, ...(ended ? ['The tap itself ended the connection.'] : [])];
}
