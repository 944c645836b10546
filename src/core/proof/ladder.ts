/**
 * A run as a picture: one line for each record, from its sender to where it got. SVG that stands by itself: no script,
 * no style sheet, nothing outside; text stays text. Drawn from records and from how the connection ended, not from
 * what programs said of themselves.
 */
import type { Run, WireRecord } from '../bridge/run.ts';
import { counted, inDigits } from '../bytes/counted.ts';
import { toUtf8 } from '../bytes/utf8.ts';
import { dissectionOf } from '../world/outcome.ts';
import { wireBytes, wireRows, type WireRow } from '../world/wire.ts';
import type { ProofFile } from './proof.ts';
import { element, text, type Markup } from './ladder/markup.ts';

/** Pixels. The lanes of client, tap and server, and the right edges of two columns of numbers. */
const X = { number: 44, client: 70, tap: 380, server: 690, length: 770, time: 850 } as const;
const WIDTH = 870;
const ROW = 26;
const TOP = 104;
const FOOT = 58;

const INK = { strong: '#181c24', soft: '#60646d', faint: '#828078', paper: '#fefefd' } as const;
const SIDE = { client: '#0963b5', server: '#995b00' } as const;
const LOCK = { clear: '#181c24', handshake: '#612b95', application: '#035e63', early: '#612b95' } as const;
const ALERT = '#a9071b';
const TAMPER = '#b61b75';
const LETTERS = { clear: '', handshake: 'H ', application: 'A ', early: 'E ' } as const;
const LOCKED = {
  clear: 'in clear',
  handshake: 'locked with handshake keys',
  application: 'locked with application keys',
  early: 'locked with early keys',
} as const;
const CLIENTS = { page: 'the page', node: 'Node' } as const;
const SERVERS = { node: 'Node', openssl: 'openssl s_server' } as const;
const ENDS = { FIN: 'FIN', RST: 'RST', deadline: 'time was up: the tap ended it', cut: 'cut by the tap' } as const;

/** close_notify and user_canceled refuse nothing (RFC 8446 §6.1) */
const GOOD_ORDER: readonly number[] = [0, 90];

type Fate = 'passed' | 'changed' | 'dropped' | 'injected' | 'held';

/** What became of a record at the tap, as its line says it. */
const FATES = {
  passed: '',
  changed: 'changed by the tap',
  dropped: 'dropped at the tap',
  injected: 'sent by the tap',
  held: 'waits at the tap',
} as const satisfies Record<Fate, string>;

/** `ladder.svg`, on a light ground. */
export function ladderOf(run: Run): ProofFile {
  const rows = wireRows(run);
  const ends = run.closes;
  const bottom = TOP + (rows.length + ends.length) * ROW;
  const title = `Run ${run.label}: TLS ${run.version}, client ${CLIENTS[run.client]}, server ${SERVERS[run.engine]}`;
  const picture = element(
    'svg',
    {
      ...{ xmlns: 'http://www.w3.org/2000/svg', width: WIDTH, height: bottom + FOOT },
      ...{ viewBox: `0 0 ${WIDTH} ${bottom + FOOT}`, role: 'img', 'aria-labelledby': 'ladder-title ladder-desc' },
      'font-family': 'ui-sans-serif, system-ui, "Segoe UI", Helvetica, Arial, sans-serif',
      'font-size': 13,
    },
    element('title', { id: 'ladder-title' }, title),
    element('desc', { id: 'ladder-desc' }, rows.map(rowWords).join(' ')),
    element('rect', { width: WIDTH, height: bottom + FOOT, fill: INK.paper }),
    text(title, { x: 24, y: 34, 'font-size': 18, 'font-weight': 600, fill: INK.strong }),
    text(`${counted(rows.length, 'record')}, asked for ${run.serverName}`, { x: 24, y: 56, fill: INK.soft }),
    lanes(bottom),
    ...rows.map((row, index) => recordRow(row, TOP + index * ROW + ROW / 2, run)),
    ...ends.map((end, index) => endRow(end, TOP + (rows.length + index) * ROW + ROW / 2)),
    text('H: locked with handshake keys. A: locked with application keys. No letter: in clear.', {
      ...{ x: 24, y: bottom + 38, fill: INK.soft, 'font-size': 12 },
    }),
  );
  return { path: 'ladder.svg', bytes: toUtf8(`<?xml version="1.0" encoding="UTF-8"?>\n${picture.xml}\n`) };
}

function lanes(bottom: number): Markup {
  const lane = (x: number, stroke: string, more: Readonly<Record<string, string | number>> = {}) =>
    element('path', { d: `M${x} ${TOP - 4}V${bottom + 6}`, stroke, 'stroke-width': 2, fill: 'none', ...more });
  const head = (name: string, x: number, fill: string) =>
    text(name, { x, y: TOP - 14, 'text-anchor': 'middle', 'font-weight': 600, fill });
  return element(
    'g',
    {},
    head('Client', X.client, SIDE.client),
    head('Tap', X.tap, INK.soft),
    head('Server', X.server, SIDE.server),
    lane(X.client, SIDE.client),
    lane(X.tap, INK.faint, { 'stroke-dasharray': '4 4', 'stroke-width': 1 }),
    lane(X.server, SIDE.server),
  );
}

function recordRow(row: WireRow, y: number, run: Run): Markup {
  const { tap, records } = row;
  const { from } = tap;
  const fate = fateOf(tap);
  const [sender, receiver] = from === 'client' ? [X.client, X.server] : [X.server, X.client];
  const [start, end] = [fate === 'injected' ? X.tap : sender, fate === 'dropped' || fate === 'held' ? X.tap : receiver];
  const { alerts } = dissectionOf(run);
  const isRefusal = alerts.some(
    ({ record, code }) => !GOOD_ORDER.includes(code) && records.some(({ index }) => index === record),
  );
  const hue = fate === 'injected' ? TAMPER : SIDE[from];
  const side = from === 'client' ? { x: start + 14, 'text-anchor': 'start' } : { x: start - 14, 'text-anchor': 'end' };
  const protection = records[0]?.protection ?? 'clear';
  const number = (value: string, x: number) => text(value, { x, y: y + 4, 'text-anchor': 'end', fill: INK.soft });
  return element(
    'g',
    { class: 'record' },
    element('title', {}, rowWords(row)),
    number(`${tap.index + 1}`, X.number),
    element('line', {
      ...{ x1: start, y1: y, x2: end, y2: y, stroke: hue, 'stroke-width': 1.5 },
      ...(fate === 'changed' ? { 'stroke-dasharray': `${Math.abs(X.tap - start)} 0 6 4 6 4 6 4 6 4` } : {}),
    }),
    ...(end === receiver ? [arrow(end, y, from, hue)] : []),
    ...(fate === 'passed' ? [] : [fateMark(fate, y, from)]),
    onGround(LETTERS[protection] + labelOf(row), {
      ...{ ...side, y: y + 4, fill: isRefusal ? ALERT : LOCK[protection] },
      ...(isRefusal ? { 'font-weight': 700 } : {}),
    }),
    number(`${inDigits(wireBytes(tap).length)} B`, X.length),
    number(`${inDigits(Math.round(tap.at))} ms`, X.time),
  );
}

/** Text that covers the line behind it. */
function onGround(value: string, attributes: Readonly<Record<string, string | number>>): Markup {
  const halo = { stroke: INK.paper, 'stroke-width': 8, 'stroke-linejoin': 'round', 'paint-order': 'stroke' };
  return text(value, { ...halo, ...attributes });
}

function arrow(x: number, y: number, from: 'client' | 'server', fill: string): Markup {
  const back = from === 'client' ? -9 : 9;
  return element('path', { d: `M${x} ${y}l${back} -4.5v9z`, fill });
}

const SHAPES = {
  changed: 'M-8 0l4 -6l8 12l4 -6',
  dropped: 'M-5 -5l10 10M5 -5l-10 10',
  injected: 'M-6 0h12M0 -6v12',
  held: 'M-3 -6v12M3 -6v12',
} as const;

function fateMark(fate: keyof typeof SHAPES, y: number, from: 'client' | 'server'): Markup {
  const place = from === 'client' ? { x: X.tap + 10, 'text-anchor': 'start' } : { x: X.tap - 10, 'text-anchor': 'end' };
  const fill = fate === 'held' ? INK.strong : TAMPER;
  return element(
    'g',
    {},
    element('path', {
      transform: `translate(${X.tap} ${y})`,
      d: SHAPES[fate],
      stroke: fill,
      'stroke-width': 2,
      fill: 'none',
    }),
    fate === 'injected'
      ? text(FATES[fate], {
          ...{ y: y + 4, fill, 'font-size': 12 },
          ...(from === 'client' ? { x: X.tap - 10, 'text-anchor': 'end' } : { x: X.tap + 10, 'text-anchor': 'start' }),
        })
      : onGround(FATES[fate], { ...place, y: y + 4, fill, 'font-size': 12 }),
  );
}

function endRow({ from, how, at }: Run['closes'][number], y: number): Markup {
  const [start, end] = from === 'client' ? [X.client, X.server] : [X.server, X.client];
  const place = from === 'client' ? { x: start + 14, 'text-anchor': 'start' } : { x: start - 14, 'text-anchor': 'end' };
  return element(
    'g',
    { class: 'end' },
    element('path', { d: `M${start} ${y}H${end}`, stroke: INK.faint, 'stroke-dasharray': '2 5', fill: 'none' }),
    onGround(ENDS[how], { ...place, y: y + 4, fill: INK.strong, 'font-style': 'italic' }),
    text(`${inDigits(Math.round(at))} ms`, { x: X.time, y: y + 4, 'text-anchor': 'end', fill: INK.soft }),
  );
}

function labelOf({ records }: WireRow): string {
  return records.length === 0 ? 'Bytes that are no record' : records.map(({ label }) => label).join(' + ');
}

function fateOf(tap: WireRecord): Fate {
  if ('held' in tap) return 'held';
  if (tap.sent.length === 0) return 'injected';
  if (tap.delivered === null) return 'passed';
  return tap.delivered.length === 0 ? 'dropped' : 'changed';
}

/** `Record 10, client to server, Certificate, 1,741 bytes, locked with handshake keys.` */
function rowWords(row: WireRow): string {
  const { tap, records } = row;
  const to = tap.from === 'client' ? 'server' : 'client';
  const fate = FATES[fateOf(tap)];
  const parts = [
    ...[`Record ${tap.index + 1}`, `${tap.from} to ${to}`, labelOf(row)],
    ...[counted(wireBytes(tap).length, 'byte'), LOCKED[records[0]?.protection ?? 'clear']],
    ...(fate === '' ? [] : [fate]),
  ];
  return `${parts.join(', ')}.`;
}
