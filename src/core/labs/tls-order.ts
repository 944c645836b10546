/** The order of `one-order.ts` inside mutual TLS, and the same edit of one bit on its way. */
import type { Run } from '../bridge/run.ts';
import { done, refused, type Result } from '../bytes/result.ts';
import { isOver, outcomeOf } from '../world/outcome.ts';
import { firstQuantity } from './desk-line.ts';
import { asked, dialled, doAll, runOf, seen, type LabLearner } from './lab-learner.ts';
import { EDITED_BYTE } from './one-order.ts';

export interface TlsAttacked {
  readonly run: Run;
  /** the record as it was sent and as it was delivered */
  readonly before: Uint8Array;
  readonly after: Uint8Array;
  /** the alert that came of it */
  readonly alert: { readonly from: 'client' | 'server'; readonly name: string } | null;
  readonly booked: number | null;
}

const RECORD_HEADER = 5;
const PATIENCE_MS = 10_000;
const NAME = 'order';

/** @param password of an account at the desk of this session; it has the name of the certificate */
export async function attackedInTls(learner: LabLearner, user: string, password: string): Promise<Result<TlsAttacked>> {
  const account = { type: 'desk', user, password } as const;
  const first = await doAll(learner, [
    dialled(NAME),
    { ...account, do: 'create-account' },
    { type: 'gate', do: 'hold' },
  ]);
  if (first) return { ok: false, error: first };
  // It stands at the gate, so its answer is not waited for: there will be none.
  const ordering = learner.perform({ type: 'desk', do: 'order', item: 'teapots', quantity: 2 });
  const isHeld = await seen(learner, () => (runOf(learner, NAME)?.held.length ?? 0) > 0, PATIENCE_MS);
  if (!isHeld) return refused('notHeld', 'The order did not come to the gate.');
  const edit = await learner.perform({ type: 'act', do: 'flip', at: RECORD_HEADER + EDITED_BYTE });
  if (edit) return { ok: false, error: edit };
  const opened = await learner.perform({ type: 'gate', do: 'run' });
  if (opened && opened.kind !== 'noConnection') return { ok: false, error: opened };
  await seen(learner, () => isOver(runOf(learner, NAME) as Run), PATIENCE_MS);
  await ordering;
  const run = runOf(learner, NAME);
  const record = run?.records.findLast(({ from, delivered }) => from === 'client' && delivered !== null);
  if (!run || !record) return refused('notChanged', 'The changed order did not reach the desk.');

  const again = await doAll(learner, [dialled('books'), { ...account, do: 'sign-in' }]);
  if (again) return { ok: false, error: again };
  const told = await asked(learner, { type: 'desk', do: 'orders' });
  if (!told.ok) return told;
  await learner.perform({ type: 'hang-up' });
  const { alert } = outcomeOf(run);
  return done({
    ...{ run, before: record.sent, after: record.delivered ?? record.sent },
    alert: alert && { from: alert.from, name: alert.name },
    booked: firstQuantity(told.value),
  });
}
