/** The labs' attacks on the desk's own code, by the line that the bridge gives them. */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LAB_MODES } from '../../src/core/aes/envelope.ts';
import { CLAIM, claimedRole, DECIDERS, mayReadAll } from '../../src/core/labs/claimed-role.ts';
import { LabTalk, type LabLine as Line } from '../../src/core/labs/desk-line.ts';
import { attackedOrder, EDITED_BYTE, ORDER, WAYS, type Attacked } from '../../src/core/labs/one-order.ts';
import { createDesk } from '../desk/desk.ts';
import { openStore } from '../store/sqlite-store.ts';
import { LabLine } from './lab-line.ts';

const random = (bytes: number) => new Uint8Array(randomBytes(bytes));
const PASSPHRASE = '1234567890123456';

let lab: LabLine;
beforeEach(() => {
  lab = new LabLine(() =>
    createDesk({ passphrase: PASSPHRASE, modes: LAB_MODES, store: openStore(':memory:'), now: Date.now, random }),
  );
});
afterEach(() => lab.close());

const lineOf = (answer: Awaited<ReturnType<LabLine['open']>>) =>
  answer.type === 'lab-heard' ? answer.line : expect.fail(JSON.stringify(answer));
const line: Line = {
  open: async (isNew) => lineOf(await lab.open({ type: 'lab-open', id: 1, isNew })),
  say: async (text) => lineOf(await lab.say({ type: 'lab-say', id: 2, line: text })),
};

async function attacked(way: Attacked['way']): Promise<Attacked> {
  const result = await attackedOrder(way, line, random);
  return result.ok ? result.value : expect.fail(result.error.why);
}

describe('one order with the same edit on its way', () => {
  test.each(['none', 'cbc', 'ctr'] as const)(
    '%s: the desk books another quantity, and notices nothing',
    async (way) => {
      const { answer, booked, read, before, after } = await attacked(way);
      expect(answer).toMatchObject({ type: 'ok' });
      expect(booked).toBe(3);
      expect(Buffer.from(read ?? []).toString()).toBe(ORDER.replace('2', '3'));
      expect(before.map((byte, at) => byte ^ (after[at] ?? 0)).filter((change) => change !== 0)).toEqual(
        new Uint8Array([1]),
      );
      expect((before[EDITED_BYTE] ?? 0) ^ (after[EDITED_BYTE] ?? 0)).toBe(1);
    },
  );

  test('ecb: a block of noise, which the desk does not understand; equal blocks stand there for all to see', async () => {
    const { answer, booked, read, blocks } = await attacked('ecb');
    expect(answer).toMatchObject({ type: 'error', code: 'bad-request' });
    expect(booked).toBeNull();
    expect(Buffer.from(read ?? []).toString('latin1')).toContain(ORDER.slice(16));
    expect(new Set(blocks).size).toBeLessThan(blocks.length);
  });

  test('gcm: refused, and the line is closed', async () => {
    expect(await attacked('gcm')).toMatchObject({ answer: { code: 'decrypt' }, read: null, booked: null });
  });

  test.each(WAYS.filter((way) => way !== 'ecb' && way !== 'none'))('%s hides that blocks are equal', async (way) => {
    const { blocks } = await attacked(way);
    expect(new Set(blocks).size).toBe(blocks.length);
  });
});

test('a role that is claimed in a message changes nothing: the desk has its own books', async () => {
  const result = await claimedRole(line, random);
  const asked = result.ok ? result.value : expect.fail(result.error.why);
  expect(asked.map(({ answer }) => [answer['type'], answer['code'] ?? answer['role']])).toEqual([
    ['ok', 'customer'],
    ['error', 'bad-request'],
    ['error', 'forbidden'],
  ]);
  const stored = 'customer';
  expect(mayReadAll(DECIDERS.message(CLAIM, stored))).toBe(true);
  expect(mayReadAll(DECIDERS.store(CLAIM, stored))).toBe(false);
});

test('each desk of a lab begins with empty books, and a line that is gone says so', async () => {
  const account = { type: 'create-account', user: 'alice', password: 'seven cups of fog' };
  for (let round = 0; round < 2; round++) {
    const talk = await LabTalk.begun(line, true, random);
    expect(talk.ok && (await talk.value.ask(account))).toMatchObject({ value: { type: 'ok' } });
  }
  lab.close();
  expect(await lab.say({ type: 'lab-say', id: 3, line: '{}' })).toMatchObject({ type: 'error', code: 'run-over' });
  expect(await lab.say({ type: 'lab-say', id: 4, line: 'a\nb' })).toMatchObject({ code: 'bad-message' });
});
