import { WebSocket, WebSocketServer, type WebSocket as Peer } from 'ws';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { encodeRecords } from '../bridge/encode-records.ts';
import type { TapRecord } from '../../src/core/bridge/run.ts';
import { GONE, Link, type LinkListener, type LinkStatus } from '../../src/site/state/link.ts';

const LEARNER = 'AAAAAAAAAAAAAAAAAAAAAA';
const DESK = { port: 6226, certs: '/certs', passphraseIsExample: true };

/** A bridge of one's own on a free port: what it was told, and the way to answer. */
class Bridge {
  readonly server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  readonly heard: Record<string, unknown>[] = [];
  peer: Peer | null = null;
  session = 'first';

  constructor() {
    this.server.on('connection', (peer) => {
      this.peer = peer;
      peer.on('message', (data) => this.#take(JSON.parse(String(data)) as Record<string, unknown>));
    });
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.server.address() as { port: number }).port}/bridge`;
  }

  say(message: object): void {
    this.peer?.send(JSON.stringify(message));
  }

  #take(message: Record<string, unknown>): void {
    this.heard.push(message);
    if (message['type'] === 'hello')
      this.say({ type: 'welcome', version: 1, session: this.session, isNew: false, desk: DESK, engines: ['node'] });
    if (message['type'] === 'csr') this.say({ type: 'csr', re: message['id'], pem: `pem ${String(message['id'])}` });
  }
}

// Node 20 has no WebSocket of its own; the page's code asks for the browser's.
beforeAll(() => vi.stubGlobal('WebSocket', WebSocket));
afterAll(() => vi.unstubAllGlobals());

let bridge: Bridge;
let link: Link;
let statuses: LinkStatus['kind'][];
let facts: unknown[];
let unreadable: string[];

beforeEach(async () => {
  bridge = new Bridge();
  await new Promise((resolve) => bridge.server.once('listening', resolve));
  [statuses, facts, unreadable] = [[], [], []];
  const listener: LinkListener = {
    onStatus: (status) => void statuses.push(status.kind),
    onWelcome: () => undefined,
    onFact: (fact) => void facts.push(fact),
    onTold: () => undefined,
    onUnreadable: (why) => void unreadable.push(why),
  };
  link = new Link(bridge.url, LEARNER, listener);
});

afterEach(() => {
  link.stop();
  bridge.server.clients.forEach((client) => client.terminate());
  bridge.server.close();
});

const opened = () => vi.waitFor(() => expect(statuses.at(-1)).toBe('open'));
const closed = (seq: number) => ({ type: 'closed', seq, run: 1, at: 2, from: 'server', how: 'FIN' });
const record = (seq: number): TapRecord => ({
  ...{ seq, run: 1, index: 0, from: 'client', sentAt: 1, at: 1.5, delivered: null },
  sent: Uint8Array.of(22, 3, 1, 0, 0),
});

describe('a tab’s connection to the bridge', () => {
  test('says who it is and what it has seen, then is open', async () => {
    link.start({ session: 'first', seq: 41 });
    await opened();
    expect(bridge.heard).toEqual([{ type: 'hello', version: 1, learner: LEARNER, since: 41 }]);
  });

  test('gives each request its own answer', async () => {
    link.start({ session: null, seq: 0 });
    const answers = await Promise.all([link.ask({ type: 'csr' }), link.ask({ type: 'csr' })]);
    expect(answers.map((answer) => 'pem' in answer && answer.pem)).toEqual(['pem 1', 'pem 2']);
  });

  test('tells facts and records once, in order, also when they are replayed', async () => {
    link.start({ session: 'first', seq: 5 });
    await opened();
    bridge.peer?.send(encodeRecords([record(5), record(6)]));
    bridge.say(closed(7));
    bridge.say(closed(7));
    await vi.waitFor(() => expect(facts.map((fact) => (fact as { seq: number }).seq)).toEqual([6, 7]));
    expect(link.seen).toEqual({ session: 'first', seq: 7 });
  });

  test('counts from the start again when the session is a new one', async () => {
    bridge.session = 'second';
    link.start({ session: 'first', seq: 40 });
    await opened();
    bridge.say(closed(1));
    await vi.waitFor(() => expect(link.seen).toEqual({ session: 'second', seq: 1 }));
  });

  test('comes back by itself, and asks for what it missed', async () => {
    link.start({ session: null, seq: 0 });
    await opened();
    bridge.say(closed(3));
    await vi.waitFor(() => expect(facts).toHaveLength(1));
    bridge.peer?.terminate();
    await vi.waitFor(() => expect(bridge.heard).toHaveLength(2), { timeout: 3000 });
    expect(bridge.heard[1]).toMatchObject({ type: 'hello', since: 3 });
    expect(statuses).toContain('lost');
  });

  test('a request that was under way when the socket was lost is told so in words', async () => {
    link.start({ session: null, seq: 0 });
    await opened();
    const asked = link.ask({ type: 'hang-up', run: 1 });
    bridge.peer?.terminate();
    await expect(asked).rejects.toThrow(GONE);
  });

  test('another tab takes over: this one stays away until it is told to come back', async () => {
    link.start({ session: null, seq: 0 });
    await opened();
    bridge.say({ type: 'taken-over' });
    bridge.peer?.close(4009);
    await vi.waitFor(() => expect(statuses.at(-1)).toBe('taken-over'));
    await vi.waitFor(() => expect(bridge.server.clients.size).toBe(0));
    link.now();
    await opened();
    expect(bridge.heard).toHaveLength(2);
  });

  test('what fits no schema is dropped and told', async () => {
    link.start({ session: null, seq: 0 });
    await opened();
    bridge.say({ ...closed(1), how: 'shouting' });
    bridge.peer?.send(Uint8Array.of(9, 9));
    await vi.waitFor(() => expect(unreadable).toHaveLength(2));
    expect(facts).toEqual([]);
  });
});
