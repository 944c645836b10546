import type { Answer, Failed } from '../../src/core/bridge/messages.ts';
import type * as v from 'valibot';

/** A refused or failed request: a code for programs, one plain sentence for people. */
export function failed(
  { id }: { readonly id: number },
  code: v.InferOutput<typeof Failed>['code'],
  text: string,
): Answer {
  return { type: 'error', re: id, code, text };
}
