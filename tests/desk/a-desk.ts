/** A desk on real TCP without TLS: who is there by certificate, the test says. */
import { randomBytes } from 'node:crypto';
import { type AddressInfo, connect, createServer } from 'node:net';
import { afterEach, expect } from 'vitest';
import { type Desk, type DeskOptions, createDesk } from '../../server/desk/desk.ts';
import type { Peer } from '../../server/desk/visitor.ts';
import { openStore } from '../../server/store/sqlite-store.ts';
import type { Store } from '../../server/store/store.ts';
import { ForeignClient } from './foreign-client.ts';

export const ALICE: Peer = { subject: 'CN=alice,O=Order Desk', serial: '0a1b', sha256: 'a1'.repeat(32) };
export const BOB: Peer = { subject: 'CN=bob,O=Order Desk', serial: '0c2d', sha256: 'b2'.repeat(32) };
export const PASSWORD = 'correct horse battery';
const PASSPHRASE = '1234567890123456';
const cleanUps: (() => void)[] = [];

afterEach(() => {
  while (cleanUps.length > 0) cleanUps.pop()?.();
});

export interface DeskUnderTest {
  readonly store: Store;
  readonly desk: Desk;
  /** what the operator was told */
  readonly told: readonly string[];
  visit(peer?: Peer, passphrase?: string): Promise<ForeignClient>;
}

export async function aDesk(options: Partial<DeskOptions> = {}): Promise<DeskUnderTest> {
  const store = options.store ?? openStore(':memory:');
  const random = (bytes: number) => randomBytes(bytes);
  const told: string[] = [];
  const log = (line: string) => void told.push(line);
  const desk = createDesk({ passphrase: PASSPHRASE, now: Date.now, random, log, ...options, store });
  const peers: Peer[] = [];
  const server = createServer((socket) => desk.serve(socket, peers.shift() ?? ALICE));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  cleanUps.push(
    () => server.close(),
    () => desk.close(),
  );
  const visit = async (peer = ALICE, passphrase = PASSPHRASE) => {
    peers.push(peer);
    const socket = connect(port, '127.0.0.1');
    const client = new ForeignClient(socket, passphrase);
    cleanUps.push(() => client.close());
    return client;
  };
  return { store, desk, told, visit };
}

/** A visitor who has just created an account. */
export async function signedUp(desk: DeskUnderTest, user = 'alice', peer = ALICE): Promise<ForeignClient> {
  const client = await desk.visit(peer);
  await client.greeting();
  expect(await client.ask({ type: 'create-account', user, password: PASSWORD })).toMatchObject({ type: 'ok', user });
  return client;
}

/** A visitor who has an account already. */
export async function signedIn(desk: DeskUnderTest, user = 'alice', peer = ALICE): Promise<ForeignClient> {
  const client = await desk.visit(peer);
  await client.greeting();
  expect(await client.ask({ type: 'sign-in', user, password: PASSWORD })).toMatchObject({ type: 'ok', user });
  return client;
}
