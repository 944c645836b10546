import { expect, test } from 'vitest';
import { heldBytes, openGate, step, type Gate, type GateCommand, type GateEvent } from './gate.ts';

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
const inShort = (command: GateCommand) =>
  command.kind === 'deliver'
    ? `${command.from[0]}${command.index} ${command.sent.at(-1)}`
    : `${command.from[0]} ${command.how}`;

test('in run mode records pass at once, numbered in the order of both directions', () => {
  const said = play(openGate(), record('client', 1), record('server', 2), record('client', 3), fin('client'));
  expect(said).toEqual(['c0 1', 's1 2', 'c2 3', 'c FIN']);
});

test('a FIN waits until the records held before it are gone', () => {
  const held = play(openGate('hold'), record('client', 1), record('client', 2), fin('client'));
  expect(held).toEqual([]);
  const said = play(openGate('hold'), record('client', 1), record('client', 2), fin('client'), mode('run'));
  expect(said).toEqual(['c0 1', 'c1 2', 'c FIN']);
});

test('holding stops both directions and counts what waits', () => {
  const [gate, commands] = step(step(openGate('hold'), record('server', 1))[0], record('server', 2));
  expect(commands).toEqual([]);
  expect([heldBytes(gate, 'server'), heldBytes(gate, 'client')]).toEqual([12, 0]);
  expect(play(gate, record('client', 3), mode('run'))).toEqual(['c2 3', 's0 1', 's1 2']);
});

test('a direction ends once, as it ended first, and carries nothing after', () => {
  const reset: GateEvent = { kind: 'ended', from: 'server', how: 'RST' };
  expect(play(openGate(), fin('server'), reset, record('server', 1))).toEqual(['s FIN']);
  expect(play(openGate(), reset, fin('server'))).toEqual(['s RST']);
});

test('one direction goes on after the other has ended', () => {
  expect(play(openGate(), fin('client'), record('server', 1), fin('server'))).toEqual(['c FIN', 's0 1', 's FIN']);
});
