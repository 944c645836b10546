/** The keys of the stage. One row a key: the help shows the rows, the stage obeys them. */
import type { StageState } from './stage.svelte.ts';

/** What keys can do beside the connection itself. */
export interface Surroundings {
  /** switches between the desk's size and the projector's */
  readonly project: () => void;
  /** blanks the screen, or shows it again */
  readonly blank: () => void;
  /** opens or closes the list of keys */
  readonly help: () => void;
  /** closes what is open, nearest first */
  readonly back: () => void;
}

export interface StageKey {
  /** values of `KeyboardEvent.key`; letters in lower case */
  readonly keys: readonly string[];
  readonly shown: string;
  readonly says: string;
  readonly does: (stage: StageState, around: Surroundings) => unknown;
}

export const KEYS = {
  connect: { keys: ['c'], shown: 'C', says: 'Connect, or connect again', does: (stage) => stage.connect() },
  step: {
    keys: [' ', 'PageDown'],
    shown: 'Space',
    says: 'Step: let one record through',
    does: (stage) => stage.step(),
  },
  run: { keys: ['r'], shown: 'R', says: 'Run: let everything through', does: (stage) => stage.go() },
  until: { keys: ['u'], shown: 'U', says: 'Run until the chosen message waits', does: (stage) => stage.until() },
  hold: { keys: ['h'], shown: 'H', says: 'Hold what comes from now on', does: (stage) => stage.pause() },
  pass: {
    keys: ['ArrowRight'],
    shown: '→',
    says: 'Pass this record, before others if need be; when looking back: one moment on',
    does: (stage) => (stage.moment === null ? stage.pass() : stage.look(1)),
  },
  lookBack: {
    keys: ['ArrowLeft', 'PageUp'],
    shown: '←',
    says: 'Look back one moment',
    does: (stage) => stage.look(-1),
  },
  next: { keys: ['ArrowDown', 'j'], shown: '↓', says: 'Select the next record', does: (stage) => stage.selectBy(1) },
  before: { keys: ['ArrowUp', 'k'], shown: '↑', says: 'Select the record before', does: (stage) => stage.selectBy(-1) },
  drop: { keys: ['d'], shown: 'D', says: 'Drop this record', does: (stage) => stage.prepare('drop') },
  flip: { keys: ['f'], shown: 'F', says: 'Flip its last bit', does: (stage) => stage.prepare('flip') },
  swap: { keys: ['w'], shown: 'W', says: 'Swap it with the next of its side', does: (stage) => stage.prepare('swap') },
  duplicate: { keys: ['y'], shown: 'Y', says: 'Replay: send it twice', does: (stage) => stage.prepare('duplicate') },
  edit: { keys: ['e'], shown: 'E', says: 'Edit its bytes', does: (stage) => stage.edit() },
  reseal: {
    keys: ['s'],
    shown: 'S',
    says: 'After a drop: seal what follows anew with the keys, or not',
    does: (stage) => (stage.isResealing = !stage.isResealing),
  },
  undo: { keys: ['z', 'Backspace'], shown: 'Z', says: 'Undo, while it has not gone', does: (stage) => stage.undo() },
  inject: {
    keys: ['i'],
    shown: 'I',
    says: 'Inject an alert, or cut the connection',
    does: (stage) => (stage.isInjecting = stage.canAct),
  },
  hangUp: { keys: ['q'], shown: 'Q', says: 'Hang up', does: (stage) => stage.hangUp() },
  story: { keys: ['1'], shown: '1', says: 'Zoom: the story', does: (stage) => (stage.zoom = 'story') },
  messages: { keys: ['2'], shown: '2', says: 'Zoom: messages', does: (stage) => (stage.zoom = 'messages') },
  bytes: { keys: ['3'], shown: '3', says: 'Zoom: bytes', does: (stage) => (stage.zoom = 'bytes') },
  zoomBytes: {
    keys: ['b'],
    shown: 'B',
    says: 'Bytes, and back',
    does: (stage) => (stage.zoom = stage.zoom === 'bytes' ? 'messages' : 'bytes'),
  },
  project: { keys: ['p'], shown: 'P', says: 'Projector size', does: (_, { project }) => project() },
  blank: { keys: ['.'], shown: '.', says: 'Blank the screen', does: (_, { blank }) => blank() },
  help: { keys: ['?'], shown: '?', says: 'This list', does: (_, { help }) => help() },
  back: { keys: ['Escape'], shown: 'Esc', says: 'Back', does: (_, { back }) => back() },
} as const satisfies Readonly<Record<string, StageKey>>;

/** Where a key is a letter. */
const TYPED_INTO = 'textarea, select, dialog, [contenteditable], input:not([type="radio"], [type="range"])';
/** Where the space bar and arrows have a meaning of their own. */
const MOVED = 'button, a, summary, input, [role="treeitem"]';

/** The row that a key press means here; null: none, as while somebody types. */
export function keyMeant(event: KeyboardEvent): StageKey | null {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return null;
  const { target, key } = event;
  const called = key.length === 1 ? key.toLowerCase() : key;
  const own = called === ' ' || called.startsWith('Arrow') ? `${TYPED_INTO}, ${MOVED}` : TYPED_INTO;
  if (target instanceof Element && target.closest(own)) return null;
  return Object.values<StageKey>(KEYS).find(({ keys }) => keys.includes(called)) ?? null;
}
