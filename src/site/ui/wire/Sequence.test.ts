import { fireEvent, render, screen } from '@testing-library/svelte';
import type { AlertView } from '$core/tls/dissection.ts';
import { expect, test, vi } from 'vitest';
import { aRecord } from './aRecord.ts';
import Sequence from './Sequence.svelte';
import { elapsed, recordRows, rowName, sequenceRows, type End, type Selection } from './sequence.ts';

Element.prototype.scrollIntoView = () => undefined; // jsdom has no layout to scroll

const records = [aRecord({ index: 0 }), aRecord({ index: 1, from: 'server', label: 'ServerHello' })];
const ends = [{ from: 'server', how: 'FIN', at: 9 }] as const;

function aSequence(selected: Selection | null) {
  const onselect = vi.fn();
  render(Sequence, { records: recordRows(records, []), ends, selected, onselect });
  return onselect;
}

test('arrows and End choose rows, the FIN included', async () => {
  const onselect = aSequence({ kind: 'record', index: 0 });
  const list = screen.getByRole('listbox', { name: 'Records of this run' });
  await fireEvent.keyDown(list, { key: 'ArrowDown' });
  expect(onselect).toHaveBeenLastCalledWith({ kind: 'record', index: 1 });
  await fireEvent.keyDown(list, { key: 'End' });
  expect(onselect).toHaveBeenLastCalledWith({ kind: 'end', index: 0 });
});

test('the first arrow chooses the first record, the arrow up the last row', async () => {
  const onselect = aSequence(null);
  await fireEvent.keyDown(screen.getByRole('listbox'), { key: 'ArrowDown' });
  expect(onselect).toHaveBeenLastCalledWith({ kind: 'record', index: 0 });
  await fireEvent.keyDown(screen.getByRole('listbox'), { key: 'ArrowUp' });
  expect(onselect).toHaveBeenLastCalledWith({ kind: 'end', index: 0 });
});

test('the list points at the chosen row, and only that one is selected', () => {
  aSequence({ kind: 'record', index: 1 });
  const chosen = screen.getAllByRole('option', { selected: true });
  expect(chosen.map((option) => option.getAttribute('aria-label'))).toEqual([expect.stringContaining('ServerHello')]);
  expect(screen.getByRole('listbox').getAttribute('aria-activedescendant')).toBe(chosen[0]?.id);
});

test('without a record there is a sentence and no empty list', () => {
  render(Sequence, { records: [] });
  expect(screen.queryByRole('listbox')).toBeNull();
  expect(screen.getByText(/No record yet/)).toBeTruthy();
});

test('what a peer wrote is text, never markup', () => {
  const { container } = render(Sequence, {
    records: recordRows([aRecord({ index: 0, label: '<img src=x onerror=alert(1)>' })], []),
  });
  expect(container.querySelector('img')).toBeNull();
  expect(container.textContent).toContain('<img src=x onerror=alert(1)>');
});

const hello = aRecord({ index: 0 });
const answer = aRecord({ index: 1, from: 'server', label: 'ServerHello', length: 127 });
const alert: AlertView = { from: 'server', record: 1, level: 2, code: 48, name: 'unknown_ca', encrypted: false };
const fin = { from: 'server', how: 'FIN', at: 5 } as const;
const rowsOf = (records: Parameters<typeof recordRows>[0], alerts: readonly AlertView[], ends: readonly End[]) =>
  sequenceRows(recordRows(records, alerts), ends);
const lastName = (...given: Parameters<typeof rowsOf>) => {
  const row = rowsOf(...given).at(-1);
  return row === undefined ? null : rowName(row);
};

test('a record is named with its number, way, message, size and keys', () => {
  const record = aRecord({ index: 9, label: 'Certificate', length: 1741, protection: 'handshake', at: 12.2 });
  expect(lastName([record], [], [])).toBe(
    'Record 10, client to server, Certificate, 1,741 bytes, locked with handshake keys, after 12 ms',
  );
});

test('an end stands behind the records that had passed by then', () => {
  const rows = rowsOf([hello, answer, aRecord({ index: 2, at: 9 })], [], [fin]);
  expect(rows.map((row) => row.kind)).toEqual(['record', 'record', 'end', 'record']);
});

test('a FIN without an alert before it says so', () => {
  expect(lastName([hello, answer], [], [fin])).toBe('After record 2, from the server: FIN, no alert was sent');
});

test('a FIN after an alert does not claim silence', () => {
  expect(lastName([hello, answer], [alert], [fin])).toBe('After record 2, from the server: FIN');
});

test('silence is not claimed of a side whose records stayed sealed', () => {
  const sealed = aRecord({ index: 1, from: 'server', sealed: 'No key.', protection: 'handshake' });
  expect(lastName([hello, sealed], [], [fin])).toBe('After record 2, from the server: FIN');
});

test('of some records in a row an end knows where it stands, and claims no silence about the others', () => {
  const later = [aRecord({ index: 50, from: 'server' }), aRecord({ index: 51, from: 'server' })];
  expect(lastName(later, [], [{ from: 'server', how: 'FIN', at: 60 }])).toBe('After record 52, from the server: FIN');
});

test('a run that the tap ended says who ended it', () => {
  expect(lastName([hello], [], [{ from: 'client', how: 'deadline', at: 9 }])).toContain('Closed by the tap');
});

test.each([
  ['held', 'held at the tap'],
  ['queued', 'waiting behind it'],
  ['changed', 'changed at the tap'],
  ['dropped', 'dropped at the tap: the server got nothing'],
  ['injected', 'sent by the tap, not by the client'],
] as const)('a record that is %s says so', (passage, words) => {
  const [row] = recordRows([hello], []);
  expect(row && rowName({ ...row, passage })).toMatch(new RegExp(`, ${words}$`));
});

test('a record that nobody read any more says who did not', () => {
  expect(lastName([aRecord({ index: 0, from: 'server', unread: 'It had given up.' })], [], [])).toContain(
    'never read by the client',
  );
});

test('an end comes before what still waits', () => {
  const [passed, waiting] = recordRows([hello, answer], []);
  if (!passed || !waiting) throw new Error('two rows were made');
  const rows = sequenceRows([passed, { ...waiting, passage: 'held' }], [fin]);
  expect(rows.map(({ kind }) => kind)).toEqual(['record', 'end', 'record']);
});

test('times are rounded to what the eye needs', () => {
  expect([0.04, 3.26, 41.6, 1840].map(elapsed)).toEqual(['0.0 ms', '3.3 ms', '42 ms', '1.8 s']);
});
