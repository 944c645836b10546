/** An expected failure is a value: it is returned, and its words are ready to be shown. A bug throws instead. */
export type Result<Value, Failure = Refusal> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly error: Failure };

/** Why something was refused: `kind` for programs, `why` one plain sentence for people. */
export interface Refusal<Kind extends string = string> {
  readonly kind: Kind;
  readonly why: string;
}

/** It worked. */
export function done<Value>(value: Value): { readonly ok: true; readonly value: Value } {
  return { ok: true, value };
}

/** It was refused. */
export function refused<Kind extends string>(
  kind: Kind,
  why: string,
): { readonly ok: false; readonly error: Refusal<Kind> } {
  return { ok: false, error: { kind, why } };
}
