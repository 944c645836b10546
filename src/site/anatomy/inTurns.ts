/**
 * Runs a long calculation in turns, so that the page stays alive in between.
 *
 * @returns a way to stop it
 */
export function inTurns<Answer>(steps: Generator<undefined, Answer>, done: (answer: Answer) => void): () => void {
  const turn = () => {
    const endsAt = performance.now() + TURN_MS;
    for (;;) {
      const step = steps.next();
      if (step.done) return done(step.value);
      if (performance.now() > endsAt) break;
    }
    timer = setTimeout(turn);
  };
  let timer = setTimeout(turn); // what began it has its own turn
  return () => clearTimeout(timer);
}

/** Well below a task that people notice. */
const TURN_MS = 8;
