/** What runs in the browser: mounts a view, and moves the mark from field to field. */
import { flushSync, mount, unmount } from 'svelte';
import HexView from '../../src/site/ui/bytes/HexView.svelte';
import SpanPerByte from './SpanPerByte.svelte';
import { Marked } from './marked.svelte.ts';

const VIEWS = { ours: HexView, spans: SpanPerByte } as const;
export type ViewName = keyof typeof VIEWS;

const painted = () =>
  new Promise<void>((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
  });

/** Milliseconds from mounting to the frame after, and of each move of the mark with its layout. */
async function measure(name: ViewName, length: number, moves: number): Promise<{ paint: number; hovers: number[] }> {
  const bytes = Uint8Array.from({ length }, (_, index) => (index * 37) & 0xff);
  const marked = new Marked();
  const target = document.createElement('div');
  target.style.width = '620px';
  document.body.append(target);
  await painted();
  const startedAt = performance.now();
  const props = {
    bytes,
    label: 'bench',
    get near() {
      return marked.span;
    },
  };
  const view = mount(VIEWS[name], { target, props });
  await painted();
  const paint = performance.now() - startedAt;
  const hovers: number[] = [];
  for (let move = 0; move < moves; move++) {
    const start = (move * 1103) % (length - 4);
    const movedAt = performance.now();
    flushSync(() => (marked.span = { start, end: start + 4 }));
    void target.offsetHeight;
    hovers.push(performance.now() - movedAt);
    await painted();
  }
  await unmount(view);
  target.remove();
  await painted();
  return { paint, hovers };
}

Object.assign(globalThis, { measure });
