/** The audit trail: who signed in with which certificate from where, what was refused and why. No passwords, no keys. */
import { type NewEvent, type Store, StoreFailed } from '../store/store.ts';
import { VISIT_LIMITS } from './limits.ts';
import { createBuckets } from './pace.ts';
import type { Peer } from './visitor.ts';

const DETAIL_CHARACTERS = 300;

/** What happened, without what the trail knows itself. */
export interface Happening {
  readonly event: string;
  /** null: it was done */
  readonly code: string | null;
  readonly user: string | null;
  readonly peer: Partial<Peer>;
  readonly detail: string;
}

export interface Trail {
  /** Resolves when it is written down, or when that was not possible: then the operator is told. */
  note(happening: Happening): Promise<void>;
}

export interface TrailDeps {
  readonly store: Pick<Store, 'addEvent'>;
  /** Unix time in ms */
  readonly now: () => number;
  readonly log: (line: string) => void;
}

export function createTrail({ store, now, log }: TrailDeps): Trail {
  // Whoever is refused without pause fills nobody's disk.
  const isNoted = createBuckets(VISIT_LIMITS.refusalsPerSecond, VISIT_LIMITS.refusalBurst, now);
  let unsaid = 0;
  return {
    async note({ event, code, user, peer, detail }) {
      if (code !== null && !isNoted(peer.sha256 ?? 'nobody')) return void unsaid++;
      const more = unsaid === 0 ? '' : ` (Before this one, ${unsaid} refusals are not listed.)`;
      unsaid = 0;
      const entry: NewEvent = {
        ...{ time: now(), event, code, user },
        subject: peer.subject ?? null,
        serial: peer.serial ?? null,
        fingerprint: peer.sha256 ?? null,
        address: peer.address ?? null,
        detail: detail.slice(0, DETAIL_CHARACTERS) + more,
      };
      try {
        await store.addEvent(entry);
      } catch (failure) {
        if (!(failure instanceof StoreFailed)) throw failure;
        log(`desk: the audit trail could not be written (${failure.message}): ${event}, ${code ?? 'done'}`);
      }
    },
  };
}
