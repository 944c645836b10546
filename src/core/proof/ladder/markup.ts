/** XML that is put together from parts, each escaped once. */
import { printable } from '../../capture/printable.ts';

/** Finished XML. Only what is made here is taken as such; any other text is escaped. */
export class Markup {
  readonly xml: string;
  constructor(xml: string) {
    this.xml = xml;
  }
}

type Attributes = Readonly<Record<string, string | number>>;

export function element(name: string, attributes: Attributes, ...children: readonly (Markup | string)[]): Markup {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(`${value}`)}"`);
  const inside = children.map((child) => (child instanceof Markup ? child.xml : escaped(child))).join('');
  return new Markup(
    inside === '' ? `<${name}${written.join('')}/>` : `<${name}${written.join('')}>${inside}</${name}>`,
  );
}

export function text(value: string, attributes: Attributes): Markup {
  return element('text', attributes, value);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** What XML 1.0 §2.2 does not allow at all becomes an escape that can be read. */
function escaped(value: string): string {
  return printable(value)
    .replace(/[\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
