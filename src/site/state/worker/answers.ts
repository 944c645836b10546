/** The worker's side: answers calls of the page with functions. */
import type { Call, Reply } from './messages.ts';

/** @param functions has them under the names by which the page calls them. A slow one does not hold up the others. */
export function answerCalls(functions: object): void {
  addEventListener('message', (event: MessageEvent<Call>) => void answer(functions, event.data));
}

async function answer(functions: object, { id, name, args, listenerAt }: Call): Promise<void> {
  const tell = (reply: Reply) => postMessage(reply);
  const call: unknown = Reflect.get(functions, name);
  if (typeof call !== 'function') return tell({ id, kind: 'failed', text: `The worker has no ${name}` });
  const passed = [...args];
  if (listenerAt !== null) passed[listenerAt] = seldom((...news: unknown[]) => tell({ id, kind: 'news', news }));
  try {
    tell({ id, kind: 'done', value: await Reflect.apply(call, functions, passed) });
  } catch (error) {
    tell({ id, kind: 'failed', text: error instanceof Error ? error.message : String(error) });
  }
}

/** News come thousands of times a second; the page must not drown in them. */
const BETWEEN_NEWS_MS = 100;

function seldom(tell: (...news: unknown[]) => void): (...news: unknown[]) => void {
  let next = 0;
  return (...news) => {
    const now = performance.now();
    if (now < next) return;
    next = now + BETWEEN_NEWS_MS;
    tell(...news);
  };
}
