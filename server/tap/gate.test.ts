import { expect, test } from 'vitest';
import { holderOf, openGate, step, waitingAt, type Gate, type GateCommand, type GateEvent } from './gate.ts';

const record = (from: 'client' | 'server', byte: number): GateEvent => ({
  kind: 'record',
  from,
  bytes: Uint8Array.of(23, 3, 3, 0, 1, byte),
});
const fin = (from: 'client' | 'server'): GateEvent => ({ kind: 'ended', from, how: 'FIN' });
const mode = (mode: 'run' | 'hold'): GateEvent => ({ kind: 'mode', mode });

/** Feeds the events in; each command in a few letters: `c0 1` is the client's record 0 with last byte 1. */
function play(gate: Gate, ...events: GateEvent[]): string[] {
  const said: string[] = [];
  for (const event of events) {
    const [next, commands] = step(gate, event);
    gate = next;
    said.push(...commands.map(inShort));
  }
  return said;
}
const inShort = (command: GateCommand) => {
  switch (command.kind) {
    case 'hold':
      return `${command.from[0]}${command.index} held`;
    case 'deliver': {
      const { from, index, sent, delivered } = command;
      return `${from[0]}${index} ${sent.at(-1) ?? '-'}${delivered ? `>${delivered.at(-1) ?? 'nothing'}` : ''}`;
    }
    case 'end':
      return `${command.from[0]} ${command.how}`;
  }
};
const pass = (index: number, delivered: Uint8Array | null = null): GateEvent => ({ kind: 'pass', index, delivered });

test('in run mode records pass at once, numbered in the order of both directions', () => {
  const said = play(openGate(), record('client', 1), record('server', 2), record('client', 3), fin('client'));
  expect(said).toEqual(['c0 1', 's1 2', 'c2 3', 'c FIN']);
});

test('a FIN waits until the records held before it are gone', () => {
  const held = [record('client', 1), record('client', 2), fin('client')];
  expect(play(openGate('hold'), ...held)).toEqual(['c0 held', 'c1 held']);
  expect(play(openGate('hold'), ...held, mode('run')).slice(2)).toEqual(['c0 1', 'c1 2', 'c FIN']);
  expect(play(openGate('hold'), ...held, pass(1), pass(0)).slice(2)).toEqual(['c1 2', 'c0 1', 'c FIN']);
  expect(play(openGate('hold'), fin('server'))).toEqual(['s FIN']);
});

test('holding stops both directions and counts what waits; what waits goes on in the order in which it came', () => {
  const [gate, commands] = step(step(openGate('hold'), record('server', 1))[0], record('server', 2));
  expect(commands.map(inShort)).toEqual(['s1 held']);
  expect([waitingAt(gate, 'server'), waitingAt(gate, 'client')]).toEqual([
    { records: 2, bytes: 12 },
    { records: 0, bytes: 0 },
  ]);
  expect([holderOf(gate, 1), holderOf(gate, 2)]).toEqual(['server', null]);
  expect(play(gate, record('client', 3), record('server', 4), mode('run')).slice(2)).toEqual([
    's0 1',
    's1 2',
    'c2 3',
    's3 4',
  ]);
});

test('one record at a time: passed, dropped, changed, each told with what was sent and what arrives', () => {
  const waiting = [record('client', 1), record('client', 2), record('client', 3)];
  const said = play(
    openGate('hold'),
    ...waiting,
    pass(0),
    pass(1, new Uint8Array()),
    pass(2, Uint8Array.of(23, 3, 3, 0, 1, 9)),
  );
  expect(said.slice(3)).toEqual(['c0 1', 'c1 2>nothing', 'c2 3>9']);
});

test('two records change places when the later one is let through first', () => {
  const said = play(openGate('hold'), record('server', 1), record('server', 2), pass(1), pass(0));
  expect(said.slice(2)).toEqual(['s1 2', 's0 1']);
});

test('what nobody sent goes through at once, with an index of its own, also past what waits', () => {
  const injected: GateEvent = { kind: 'inject', from: 'client', bytes: Uint8Array.of(21, 3, 3, 0, 2, 2, 40) };
  const said = play(
    openGate('hold'),
    record('client', 1),
    injected,
    record('client', 2),
    pass(2),
    fin('client'),
    pass(0),
  );
  expect(said).toEqual(['c0 held', 'c1 ->40', 'c2 held', 'c2 2', 'c0 1', 'c FIN']);
  expect(play(openGate(), fin('client'), injected)).toEqual(['c FIN']);
});

test('a record that does not wait, or no longer, cannot be let through', () => {
  expect(play(openGate('hold'), pass(0), record('client', 1), pass(0), pass(0))).toEqual(['c0 held', 'c0 1']);
});

test('a direction ends once, as it ended first, and carries nothing after', () => {
  const reset: GateEvent = { kind: 'ended', from: 'server', how: 'RST' };
  expect(play(openGate(), fin('server'), reset, record('server', 1))).toEqual(['s FIN']);
  expect(play(openGate(), reset, fin('server'))).toEqual(['s RST']);
});

test('one direction goes on after the other has ended', () => {
  expect(play(openGate(), fin('client'), record('server', 1), fin('server'))).toEqual(['c FIN', 's0 1', 's FIN']);
});
