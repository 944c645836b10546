/**
 * What the order desk remembers. A promise that has resolved is durable: it survives `kill -9` and a power cut. One
 * that rejects with {@link StoreFailed} has changed nothing.
 */
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
  /** rises when the user changes the password: who signed in with the old one is signed out */
  readonly passwordVersion: number;
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

/** One line of the audit trail. Never a password or a key. */
export interface NewEvent {
  /** Unix time in ms */
  readonly time: number;
  /** the request, or `connect`, `line`, `disconnect` */
  readonly event: string;
  /** why it was refused; null: it was done */
  readonly code: string | null;
  readonly user: string | null;
  /** of the certificate: RFC 4514 text, and lower-case hex */
  readonly subject: string | null;
  readonly serial: string | null;
  readonly fingerprint: string | null;
  /** of the client's end: `127.0.0.1:50312` */
  readonly address: string | null;
  readonly detail: string;
}

export interface StoredEvent extends NewEvent {
  readonly id: number;
}

/** Which piece of a list: the newest `most` whose id is below `before`. */
export interface Piece {
  readonly most: number;
  readonly before?: number | undefined;
}

/** Something could not be written; nothing has changed. `isFull`: the disk has no room. */
export class StoreFailed extends Error {
  override readonly name = 'StoreFailed';
  readonly isFull: boolean;

  constructor(words: string, isFull: boolean) {
    super(words);
    this.isFull = isFull;
  }
}

export interface Store {
  account(user: string): Account | null;
  /** Accounts by name, those after `after` only. */
  accounts(most: number, after?: string): readonly Account[];
  accountCount(): number;
  /** @returns false when the name is taken; then nothing has changed */
  addAccount(account: Account): Promise<boolean>;
  /** Replaces a password record. `isNew`: another password, not the same one hashed anew. */
  setPassword(user: string, password: PasswordRecord, isNew: boolean): Promise<void>;
  /** @returns false when there is no such account */
  setRole(user: string, role: Role): Promise<boolean>;
  /** @returns the order as it stands in the books; with a known key, the one of the first time */
  addOrder(order: NewOrder): Promise<StoredOrder>;
  /** @returns orders of a user, or of everybody for null; oldest first */
  orders(user: string | null, piece: Piece): readonly StoredOrder[];
  /** How many orders a user has in all, or everybody for null. */
  orderCount(user: string | null): number;
  /** Adds to the audit trail, which keeps the latest {@link AUDIT_KEPT}. */
  addEvent(event: NewEvent): Promise<void>;
  /** Oldest first. */
  events(piece: Piece): readonly StoredEvent[];
  eventCount(): number;
  /** A text kept under a name; null when there is none. */
  kept(name: string): string | null;
  keep(name: string, text: string): Promise<void>;
  /** Writes a whole copy of the store into a new file, while others go on writing. @throws StoreFailed */
  copyTo(path: string): void;
  /** Writes what was asked for and closes. May run twice. */
  close(): void;
}

/**
 * How much of the audit trail is kept. What was refused has a limit of its own: whoever makes a noise at the door must
 * not push out what was done.
 */
export const AUDIT_KEPT = { done: 100_000, refused: 20_000 } as const;
