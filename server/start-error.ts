/** Why the program could not start: one sentence with the cause and the remedy, shown without a stack trace. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
