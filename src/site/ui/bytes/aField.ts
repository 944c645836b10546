import type { Field } from '$core/tls/dissection.ts';

/** A field for tests: `aField('Certificate', [aField('version'), …])`. Children share the bytes evenly. */
export function aField(name: string, children: readonly Field[] = [], start = 0, end = 12): Field {
  const width = children.length === 0 ? 0 : Math.floor((end - start) / children.length);
  const placed = children.map((child, index) =>
    aField(child.name, child.children, start + index * width, start + (index + 1) * width),
  );
  return { name, value: '', range: { buffer: 0, start, end }, children: placed };
}
