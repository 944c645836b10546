/**
 * The highlighter. CSS knows one set of ranges per name for the whole page, so all hex views share these two, and each
 * takes back what it painted. Browsers without the API show no colour; the line below the bytes says the same in words.
 */
import type { Span } from './hex.ts';

export type Paint = 'bytes-selected' | 'bytes-near';

function shared(name: Paint): Highlight | null {
  if (typeof CSS === 'undefined' || !('highlights' in CSS)) return null;
  const present = CSS.highlights.get(name);
  if (present !== undefined) return present;
  const made = new Highlight();
  if (name === 'bytes-selected') made.priority = 1;
  CSS.highlights.set(name, made);
  return made;
}

/** Paints stretches of a text node; call the answer to take them back. */
export function paint(node: Text, spans: readonly Span[], name: Paint): () => void {
  const highlight = shared(name);
  if (highlight === null) return () => undefined;
  const ranges = spans.map(({ start, end }) => {
    const range = document.createRange();
    range.setStart(node, Math.min(start, node.length));
    range.setEnd(node, Math.min(end, node.length));
    return range;
  });
  for (const range of ranges) highlight.add(range);
  return () => {
    for (const range of ranges) highlight.delete(range);
  };
}
