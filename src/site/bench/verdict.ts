/** Who judges: each party of a connection has anchors of its own. */
export const PARTIES = ['client', 'server'] as const;
export type Party = (typeof PARTIES)[number];

export type Each<Value> = Readonly<Record<Party, Value>>;

/** Whether a party believes a certificate; `why` not, by the first check that fails. null: there is none yet. */
export type Verdict = { readonly isTrusted: boolean; readonly why: string } | null;
