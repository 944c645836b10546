import type { Refusal, Result } from '../../../src/core/bytes/result.ts';
import { StartError } from '../../start-error.ts';

/** The value of a result; else an end of the program with status 1, whose sentence names the file it is about. */
export function must<Value>(result: Result<Value, Refusal>, file?: string): Value {
  if (result.ok) return result.value;
  throw new StartError(file === undefined ? result.error.why : `${file}: ${result.error.why}`);
}
