import type { AlertView } from '$core/tls/dissection.ts';
import { expect, test } from 'vitest';
import { aRecord } from './aRecord.ts';
import { elapsed, rowName, sequenceRows } from './sequence.ts';

const hello = aRecord({ index: 0 });
const answer = aRecord({ index: 1, from: 'server', label: 'ServerHello', length: 127 });
const alert: AlertView = { from: 'server', record: 1, level: 2, code: 48, name: 'unknown_ca', encrypted: false };
const fin = { from: 'server', how: 'FIN', at: 5 } as const;
const lastName = (...given: Parameters<typeof sequenceRows>) => {
  const row = sequenceRows(...given).at(-1);
  return row === undefined ? null : rowName(row);
};

test('a record is named with its number, way, message, size and keys', () => {
  const record = aRecord({ index: 9, label: 'Certificate', length: 1741, protection: 'handshake', at: 12.2 });
  expect(lastName([record], [], [])).toBe(
    'Record 10, client to server, Certificate, 1,741 bytes, locked with handshake keys, after 12 ms',
  );
});

test('an end stands behind the records that had passed by then', () => {
  const rows = sequenceRows([hello, answer, aRecord({ index: 2, at: 9 })], [], [fin]);
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

test('a run that the tap ended says who ended it', () => {
  expect(lastName([hello], [], [{ from: 'client', how: 'deadline', at: 9 }])).toContain('Closed by the tap');
});

test('times are rounded to what the eye needs', () => {
  expect([0.04, 3.26, 41.6, 1840].map(elapsed)).toEqual(['0.0 ms', '3.3 ms', '42 ms', '1.8 s']);
});
