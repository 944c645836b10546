/** How the files of a run are called. */
import { FORMER_RUN } from '../world/apply.ts';
import type { Run } from '../bridge/run.ts';
import type { WireView } from './views.ts';

/** `trustwalk-run-3`; a run of a session that has ended has no number any more and goes by its label. */
export function fileStem({ id, label }: Run): string {
  return `trustwalk-run-${id === FORMER_RUN ? label : id}`;
}

/** What tells two views of one run apart: nothing, where there is one. */
export function viewSuffix({ place }: WireView): string {
  return place === 'tap' ? '' : `-${place}`;
}
