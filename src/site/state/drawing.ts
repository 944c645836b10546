/** Draws news at once after a pause, and in a stream of them a few times a second. */

/**
 * The page's own client runs on the thread that draws: each picture of a handshake on its way makes the handshake wait.
 * Nobody sees the difference between twenty pictures a second and sixty; the last one comes earlier.
 */
const BETWEEN_MS = 50;

export class Drawing {
  readonly #draw: () => void;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #drawnAt = -Infinity;

  constructor(draw: () => void) {
    this.#draw = draw;
  }

  /** There is news. What comes in the same task is drawn with it. */
  soon(): void {
    if (document.hidden) return this.now(); // where timers may sleep for a minute
    this.#timer ??= setTimeout(() => this.now(), this.#drawnAt + BETWEEN_MS - performance.now());
  }

  /** Whoever asked for something sees it without delay. */
  now(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#drawnAt = performance.now();
    this.#draw();
  }
}
