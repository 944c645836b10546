/** What somebody on the wire makes of a run: they hold no keys. */
import { keyLogOf, type Run } from '$core/bridge/run.ts';
import { counted, inDigits } from '$core/bytes/counted.ts';
import { commonName, dissectionOf } from '$core/world/outcome.ts';
import { wireBytes } from '$core/world/wire.ts';
import type { Fact } from './beliefs.ts';
import { hasEnded } from './verdict.ts';

/** One sentence after "The wire". */
export function wireInWords(run: Run | null): string {
  if (run === null || run.records.length + run.held.length === 0) return 'is quiet.';
  const [next] = run.held;
  if (next) return `holds ${counted(wireBytes(next).length, 'byte')} of the ${next.from}.`;
  const locked = dissectionOf(run).records.filter(({ protection }) => protection !== 'clear');
  const bytes = inDigits(locked.reduce((sum, { length }) => sum + length, 0));
  const isOver = hasEnded(run);
  if (locked.length === 0)
    return isOver ? 'carried nothing that was locked.' : 'has carried nothing that is locked yet.';
  const keys = keyLogOf(run, 'both') === '' ? '' : ' You read them with the keys of both ends.';
  return isOver ? `carried ${bytes} locked bytes, then closed.${keys}` : `carries ${bytes} locked bytes.${keys}`;
}

const APPLICATION_DATA = 23;

/** What can be known on the wire without keys, and which of it is not true. */
export function knownOnWire(run: Run | null): Fact[] {
  if (run === null || run.records.length + run.held.length === 0) return [];
  const seen = dissectionOf(run, 'eavesdropper');
  const names = (['client', 'server'] as const).map((side) => ({ side, shown: seen.certificates[side][0] }));
  const lies = liesOf(run);
  return [
    {
      text: seen.serverName ? `that ${seen.serverName} is asked for` : 'which name is asked for',
      known: seen.serverName !== null,
    },
    ...names.map(({ side, shown }) => ({
      text: shown ? `the ${side} says it is ${commonName(shown.subject)}` : `who the ${side} is`,
      known: shown !== undefined,
    })),
    { text: `how long each of ${seen.records.length} records is, and when it came`, known: seen.records.length > 0 },
    ...(lies > 0
      ? [
          {
            text: `that ${lies} ${lies === 1 ? 'record calls itself' : 'records call themselves'} application data, which is not so`,
            known: false,
          },
        ]
      : []),
  ];
}

/** Records whose header says application data although they carry something else (RFC 8446 §5.2). */
function liesOf(run: Run): number {
  return dissectionOf(run).records.filter(
    ({ type, contentType, plaintext }) => type === APPLICATION_DATA && plaintext !== null && contentType !== type,
  ).length;
}
