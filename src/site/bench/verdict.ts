/** Whether a certificate is believed; `why` not, by the first check that fails. null: there is none yet. */
export type Verdict = { readonly isTrusted: boolean; readonly why: string } | null;
