import type { Field } from '$core/tls/dissection.ts';

/** Way from the root to a field by child indexes: `''` is the root, `'2/0'` its third child's first. */
export type FieldPath = string;

/** One visible line of the tree. */
export interface TreeRow {
  readonly path: FieldPath;
  readonly field: Field;
  /** 1 for the root, as `aria-level` counts */
  readonly level: number;
  readonly position: number;
  readonly siblings: number;
  /** null for a leaf */
  readonly isOpen: boolean | null;
}

export const childPath = (path: FieldPath, index: number): FieldPath =>
  path === '' ? String(index) : `${path}/${String(index)}`;

/** The field's parent, or null for the root. */
export function parentPath(path: FieldPath): FieldPath | null {
  if (path === '') return null;
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}

/** Whether `above` holds `path` somewhere inside; a field does not hold itself. */
export function isInside(path: FieldPath, above: FieldPath): boolean {
  return path !== above && (above === '' || path.startsWith(`${above}/`));
}

/** The field at a path, or null: a new dissection may have fewer fields than the one that was selected in. */
export function fieldAt(root: Field, path: FieldPath): Field | null {
  if (path === '') return root;
  let field: Field | undefined = root;
  for (const index of path.split('/')) field = field?.children[Number(index)];
  return field ?? null;
}

/** The deepest field that owns a byte of a buffer; null where none does. */
export function pathOfByte(root: Field, buffer: number, offset: number, path: FieldPath = ''): FieldPath | null {
  const owns = ({ range }: Field) => range.buffer === buffer && range.start <= offset && offset < range.end;
  if (!owns(root)) return null;
  const index = root.children.findIndex(owns);
  const child = root.children[index];
  return child === undefined ? path : pathOfByte(child, buffer, offset, childPath(path, index));
}

/** The lines to draw, top to bottom, given which fields are open. */
export function treeRows(root: Field, isOpen: (path: FieldPath, level: number) => boolean): TreeRow[] {
  const rows: TreeRow[] = [];
  const visit = (field: Field, path: FieldPath, level: number, position: number, siblings: number): void => {
    const open = field.children.length === 0 ? null : isOpen(path, level);
    rows.push({ path, field, level, position, siblings, isOpen: open });
    if (open !== true) return;
    for (const [index, child] of field.children.entries())
      visit(child, childPath(path, index), level + 1, index + 1, field.children.length);
  };
  visit(root, '', 1, 1, 1);
  return rows;
}

/** What a key of the ARIA tree pattern asks for. */
export type TreeMove =
  | { readonly kind: 'go'; readonly path: FieldPath }
  | { readonly kind: 'toggle'; readonly path: FieldPath; readonly open: boolean };

/** The move a key makes from one line, or null when it means nothing here. A letter goes to the next name with it. */
export function treeMove(rows: readonly TreeRow[], from: FieldPath, key: string): TreeMove | null {
  const at = rows.findIndex((row) => row.path === from);
  const row = rows[at];
  if (row === undefined) return null;
  const go = (to: TreeRow | undefined): TreeMove | null => (to === undefined ? null : { kind: 'go', path: to.path });
  switch (key) {
    case 'ArrowDown':
      return go(rows[at + 1]);
    case 'ArrowUp':
      return go(rows[at - 1]);
    case 'Home':
      return go(rows[0]);
    case 'End':
      return go(rows.at(-1));
    case 'ArrowRight':
      if (row.isOpen === false) return { kind: 'toggle', path: row.path, open: true };
      return row.isOpen === true ? go(rows[at + 1]) : null;
    case 'ArrowLeft': {
      if (row.isOpen === true) return { kind: 'toggle', path: row.path, open: false };
      const parent = parentPath(row.path);
      return parent === null ? null : { kind: 'go', path: parent };
    }
    default: {
      if (!/^[a-z0-9]$/i.test(key)) return null;
      const next = [...rows.slice(at + 1), ...rows.slice(0, at)];
      return go(next.find(({ field }) => field.name.toLowerCase().startsWith(key.toLowerCase())));
    }
  }
}
