/** Turns the Markdown tree into the nodes of a lesson: plain data, no positions, nothing that could be markup. */
import type { PhrasingContent, RootContent } from 'mdast';
import type {} from 'mdast-util-directive';
import { isTerm } from './glossary.ts';
import type { Inline, Node } from './lesson.ts';

/** Where a walk writes what it finds wrong. */
export interface Source {
  readonly text: string;
  problem(node: { position?: { start: { line: number } } | undefined }, text: string): void;
}

type Positioned = {
  position?: { start: { offset?: number | undefined }; end: { offset?: number | undefined } } | undefined;
};

/** The text of a node as it stands in the file. */
export function sourceOf(node: Positioned, text: string): string {
  return text.slice(node.position?.start.offset ?? 0, node.position?.end.offset ?? 0);
}

/**
 * Inline content. Text directives are turned back into what was typed: `localhost:6226` and `CN:alice` are read as
 * directives by the Markdown extension. Raw HTML becomes text.
 */
export function inlineOf(nodes: readonly PhrasingContent[], source: Source): Inline[] {
  const found: Inline[] = [];
  for (const node of nodes) {
    const last = found.at(-1);
    const next = oneInline(node, source);
    if (next.type === 'text' && last?.type === 'text')
      found[found.length - 1] = { type: 'text', value: last.value + next.value };
    else found.push(next);
  }
  return found;
}

function oneInline(node: PhrasingContent, source: Source): Inline {
  switch (node.type) {
    case 'text':
      return { type: 'text', value: node.value.replace(/\n/g, ' ') };
    case 'inlineCode':
      return { type: 'code', value: node.value };
    case 'strong':
    case 'emphasis':
      return { type: node.type, children: inlineOf(node.children, source) };
    case 'link':
      return linkOf(node.url, inlineOf(node.children, source), () => source.problem(node, `no link to "${node.url}"`));
    case 'break':
      return { type: 'break' };
    case 'textDirective':
    case 'html':
      return { type: 'text', value: sourceOf(node, source.text) };
    default:
      source.problem(node, `lessons have no "${node.type}"`);
      return { type: 'text', value: sourceOf(node, source.text) };
  }
}

function linkOf(url: string, children: Inline[], refuse: () => void): Inline {
  const term = /^term:(.*)$/.exec(url)?.[1];
  if (term !== undefined && isTerm(term)) return { type: 'term', id: term, children };
  if (term !== undefined || !/^(https:\/\/|#\/)/.test(url)) refuse();
  return { type: 'link', url, children };
}

/** The text of inline content without its marks. */
export function plainText(inlines: readonly Inline[]): string {
  return inlines
    .map((inline) => {
      switch (inline.type) {
        case 'text':
        case 'code':
          return inline.value;
        case 'break':
          return ' ';
        default:
          return plainText(inline.children);
      }
    })
    .join('');
}

/** Block content that is not a directive; null for what a lesson does not show. */
export function nodeOf(node: RootContent, source: Source): Node | null {
  const children = (list: readonly RootContent[]): Node[] => list.flatMap((child) => nodeOf(child, source) ?? []);
  switch (node.type) {
    case 'paragraph':
      return { type: 'paragraph', children: inlineOf(node.children, source) };
    case 'heading':
      return { type: 'heading', children: inlineOf(node.children, source) };
    case 'blockquote':
      return { type: 'quote', children: children(node.children) };
    case 'list':
      return {
        type: 'list',
        ordered: node.ordered === true,
        items: node.children.map((item) => children(item.children)),
      };
    case 'table':
      return {
        type: 'table',
        rows: node.children.map((row) => row.children.map((cell) => inlineOf(cell.children, source))),
      };
    case 'code':
      return { type: 'code', lang: node.lang ?? '', run: node.meta === 'run', value: node.value };
    case 'thematicBreak':
      return { type: 'rule' };
    case 'html':
      return { type: 'paragraph', children: [{ type: 'text', value: node.value }] };
    default:
      source.problem(node, `"${node.type}" cannot stand here`);
      return null;
  }
}
