/** What the order desk remembers. Everything that a method has returned from is durable: it survives `kill -9`. */
import type { Role } from '../../src/core/desk/messages.ts';

/** scrypt (RFC 7914) as one record was made: N, r and p, with its own salt. */
export interface PasswordRecord {
  readonly cost: number;
  readonly blockSize: number;
  readonly parallel: number;
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
}

export interface Account {
  readonly user: string;
  readonly role: Role;
  /** subject of the certificate the account was created with, RFC 4514 text; no other certificate signs in */
  readonly subject: string;
  readonly password: PasswordRecord;
  /** Unix time in ms */
  readonly createdAt: number;
}

export interface NewOrder {
  readonly item: string;
  readonly quantity: number;
  readonly user: string;
  /** of the certificate it was placed with: serial, and SHA-256 of the DER, both lower-case hex */
  readonly serial: string;
  readonly fingerprint: string;
  /** Unix time in ms */
  readonly time: number;
  /** makes a repeat harmless: the same key of the same user is the same order */
  readonly key: string | null;
}

export interface StoredOrder extends Omit<NewOrder, 'key'> {
  /** unique, rising */
  readonly id: number;
}

export interface Store {
  account(user: string): Account | null;
  /** @returns false when the name is taken; then nothing has changed */
  addAccount(account: Account): boolean;
  /** @returns the order as it stands in the books; with a known key, the one of the first time */
  addOrder(order: NewOrder): StoredOrder;
  /** @returns the newest `most` orders of a user, oldest first */
  ordersOf(user: string, most: number): readonly StoredOrder[];
  /** How many orders a user has in all. */
  orderCount(user: string): number;
  /** May run twice. */
  close(): void;
}
