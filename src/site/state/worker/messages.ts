/** What the page and a worker of it say to each other. Structured clone carries everything but functions. */
export interface Call {
  readonly id: number;
  readonly name: string;
  readonly args: readonly unknown[];
  /** position of an argument that was a listener: the worker sends `news` for each call of it */
  readonly listenerAt: number | null;
}

export type Reply =
  | { readonly id: number; readonly kind: 'done'; readonly value: unknown }
  | { readonly id: number; readonly kind: 'failed'; readonly text: string }
  | { readonly id: number; readonly kind: 'news'; readonly news: readonly unknown[] };
