/** The bytes that are marked now. */
export class Marked {
  span = $state.raw<{ readonly start: number; readonly end: number } | null>(null);
}
