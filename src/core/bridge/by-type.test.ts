import * as v from 'valibot';
import { expect, test } from 'vitest';
import { byType } from './by-type.ts';

const options = [
  v.strictObject({ type: v.literal('say'), line: v.string() }),
  v.variant('client', [
    v.strictObject({ type: v.literal('dial'), client: v.literal('page') }),
    v.strictObject({ type: v.literal('dial'), client: v.literal('node'), version: v.optional(v.string(), '1.3') }),
  ]),
] as const;
const messages = v.variant('type', options);
const known = byType(options);

test.each([
  { type: 'say', line: 'an order' },
  { type: 'dial', client: 'page' },
  { type: 'dial', client: 'node' },
])('takes what the variant takes: %j', (message) => {
  expect(v.parse(known, message)).toEqual(v.parse(messages, message));
});

test.each([
  ...[undefined, null, 'say', [], {}, { type: 7 }, { type: 'toString' }, { type: 'shout', line: 'an order' }],
  ...[{ type: 'say', line: 7 }, { type: 'say', line: '', more: 1 }, { type: 'dial' }, { type: 'dial', client: 'curl' }],
])('refuses %j at the same place, for the same reason', (message) => {
  const [own, theirs] = [known, messages].map((schema) => v.safeParse(schema, message).issues?.[0]);
  expect(own).toMatchObject({ message: theirs?.message });
  expect(own && v.getDotPath(own)).toBe(theirs && v.getDotPath(theirs));
});
