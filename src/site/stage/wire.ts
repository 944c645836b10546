/** What somebody on the wire makes of a run: they hold no keys. */
import { keyLogOf, type Run } from '$core/bridge/run.ts';
import { dissectionOf } from '$core/world/outcome.ts';
import { hasEnded } from './verdict.ts';

/** One sentence after "The wire". */
export function wireInWords(run: Run | null): string {
  if (run === null || run.records.length === 0) return 'is quiet.';
  const locked = dissectionOf(run).records.filter(({ protection }) => protection !== 'clear');
  const bytes = locked.reduce((sum, { length }) => sum + length, 0).toLocaleString('en');
  const isOver = hasEnded(run);
  if (locked.length === 0)
    return isOver ? 'carried nothing that was locked.' : 'has carried nothing that is locked yet.';
  const keys = keyLogOf(run, 'both') === '' ? '' : ' You read them with the keys of both ends.';
  return isOver ? `carried ${bytes} locked bytes, then closed.${keys}` : `carries ${bytes} locked bytes.${keys}`;
}
