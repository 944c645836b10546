/** Who has a session: found by the tab's own name, made at the first call, forgotten when nobody uses it. */
import { LIMITS } from '../../src/core/bridge/limits.ts';
import { ownerOf } from '../log/owner.ts';
import { LearnerSession } from './learner-session.ts';
import type { SessionDeps, Sessions } from './session.ts';

/** No sessions yet; each is made by the first tab that asks for it. */
export function createSessions(deps: SessionDeps): Sessions {
  const limits = deps.limits ?? LIMITS;
  const places = new Map<string, { readonly session: LearnerSession; idle: NodeJS.Timeout }>();
  let isClosed = false;

  const forget = (learner: string) => {
    const place = places.get(learner);
    if (!place) return;
    places.delete(learner);
    clearTimeout(place.idle);
    void place.session.close();
  };
  /** A tab that is connected keeps its session, however long its owner reads. */
  const idleTimer = (learner: string) =>
    setTimeout(() => {
      const place = places.get(learner);
      if (place?.session.hasListeners) place.idle = idleTimer(learner);
      else forget(learner);
    }, limits.sessionIdleMs).unref();
  const makeRoom = () => {
    const learners = [...places.keys()]; // the one asked for longest ago first
    const quiet = learners.find((learner) => !places.get(learner)?.session.hasListeners);
    const [oldest] = learners;
    if (oldest !== undefined) forget(quiet ?? oldest);
  };

  return {
    of(learner) {
      const place = places.get(learner);
      if (place) clearTimeout(place.idle);
      else if (places.size >= limits.sessions) makeRoom();
      const session = place?.session ?? new LearnerSession(deps, ownerOf(learner));
      if (isClosed) void session.close();
      places.delete(learner);
      places.set(learner, { session, idle: idleTimer(learner) });
      return { session, isNew: place === undefined };
    },
    async closeAll() {
      isClosed = true;
      const sessions = [...places.values()].map(({ session }) => session);
      for (const learner of [...places.keys()]) forget(learner);
      await Promise.all(sessions.map((session) => session.close()));
    },
  };
}
