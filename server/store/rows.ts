/** Rows of the tables as what the desk knows them by. */
import { ROLES, type Role } from '../../src/core/desk/messages.ts';
import type { Account, StoredEvent, StoredOrder } from './store.ts';

export type Row = Readonly<Record<string, unknown>>;

export function accountOf(row: Row): Account {
  return {
    user: String(row['user']),
    role: roleOf(row['role']),
    subject: String(row['subject']),
    password: {
      cost: Number(row['cost']),
      blockSize: Number(row['block_size']),
      parallel: Number(row['parallel']),
      salt: row['salt'] as Uint8Array,
      hash: row['hash'] as Uint8Array,
    },
    passwordVersion: Number(row['password_version']),
    createdAt: Number(row['created_at']),
  };
}

function roleOf(value: unknown): Role {
  return ROLES.find((role) => role === value) ?? 'customer';
}

export function orderOf(row: Row): StoredOrder {
  return {
    id: Number(row['id']),
    item: String(row['item']),
    quantity: Number(row['quantity']),
    user: String(row['user']),
    serial: String(row['serial']),
    fingerprint: String(row['fingerprint']),
    time: Number(row['time']),
  };
}

const textOf = (value: unknown): string | null => (value === null ? null : String(value));

export function eventOf(row: Row): StoredEvent {
  return {
    id: Number(row['id']),
    time: Number(row['time']),
    event: String(row['event']),
    code: textOf(row['code']),
    user: textOf(row['user']),
    subject: textOf(row['subject']),
    serial: textOf(row['serial']),
    fingerprint: textOf(row['fingerprint']),
    address: textOf(row['address']),
    detail: String(row['detail']),
  };
}
