/** Serves the functions of core/pki to the page: RSA takes its time, and the page must not stand still meanwhile. */
import * as pki from '$core/pki/pki.ts';
import type { Call, Reply } from './pki-protocol.ts';

type AnyFunction = (...args: unknown[]) => unknown;
const functions: Readonly<Record<string, unknown>> = pki;

addEventListener('message', (event: MessageEvent<Call>) => void serve(event.data));

async function serve({ id, name, args, listenerAt }: Call): Promise<void> {
  const tell = (reply: Reply) => postMessage(reply);
  const call = functions[name];
  if (typeof call !== 'function') return tell({ id, kind: 'failed', text: `core/pki has no ${name}` });
  const passed = [...args];
  if (listenerAt !== null) passed[listenerAt] = seldom((...news: unknown[]) => tell({ id, kind: 'news', news }));
  try {
    tell({ id, kind: 'done', value: await (call as AnyFunction)(...passed) });
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
