/** The order desk on its own port: a tap and a relay in front of it, with the clocks and limits for strangers. */
import type { Duplex } from 'node:stream';
import type { DeskRun } from '../../src/core/bridge/messages.ts';
import type { Secret } from '../../src/core/bytes/secret.ts';
import type { OpenRecorder } from '../log/recording.ts';
import type { AcceptedClient, LoadResult, RelayPeer } from '../relay/relay.ts';
import { StartError } from '../start-error.ts';
import {
  type DeskClient,
  DeskConnection,
  type DeskConnectionLimits,
  type DeskConnectionOwner,
  type DeskRefusal,
} from './desk-connection.ts';
import { openNodeRelay } from '../relay/node-relay.ts';
import { recorded } from './recorded.ts';
import { serverSays } from './relay-fact.ts';
import { listenForClients } from '../tap/listener.ts';
import type { TapRun } from '../tap/tap-run.ts';
import { openPipe } from './pipe.ts';
import { tappedRelay, type TappedRunListener } from './tapped-relay.ts';

export interface DeskListenerLimits extends DeskConnectionLimits {
  /** from the accept to the verified client certificate, however slowly bytes come */
  readonly handshakeMs: number;
  /** connections whose client is not verified yet */
  readonly halfOpen: number;
  /** all connections */
  readonly connections: number;
  readonly connectionsPerCertificate: number;
  /** longest life of a connection; the desk ends idle ones long before */
  readonly connectionMs: number;
  /** connections that a page is told of when it comes */
  readonly latest: number;
}

export const DESK_LISTENER_LIMITS: DeskListenerLimits = {
  handshakeMs: 10_000,
  handshakeBytes: 64 * 1024,
  lingerMs: 5_000,
  halfOpen: 1_000,
  connections: 2_000,
  connectionsPerCertificate: 256,
  connectionMs: 24 * 60 * 60_000,
  latest: 8,
};

const TOO_MANY: DeskRefusal = {
  code: 'too-many-connections',
  text: 'Too many connections with this certificate are open.',
};

export interface DeskListenerOptions {
  readonly host: string;
  /** 0 picks a free one */
  readonly port: number;
  readonly privateKey: Secret;
  readonly material: DeskMaterial;
  readonly serve: (stream: Duplex, client: DeskClient) => void;
  /** Why a client whose certificate verifies is not served; null: it is. */
  readonly refusal?: (client: AcceptedClient) => DeskRefusal | null;
  /** Told of each client that is not let in because of its certificate. */
  readonly refused?: (refusal: DeskRefusal, client: Partial<RelayPeer> & { readonly address: string }) => void;
  /** Unix time in ms */
  readonly now: () => number;
  /** writes each connection down; without it none is */
  readonly record?: OpenRecorder;
  readonly limits?: DeskListenerLimits;
}

/** PEM texts. */
export interface DeskMaterial {
  readonly certificate: string;
  readonly trust: readonly string[];
  readonly crls: readonly string[];
}

export interface DeskListener {
  readonly port: number;
  /** Takes new material for all later connections; see `Relay.load`. */
  load(material: DeskMaterial): LoadResult;
  /** Ends every connection with the certificate of this SHA-256 fingerprint. */
  disconnect(sha256: string): void;
  /** the last few connections, oldest first */
  latest(): readonly DeskRun[];
  /** Calls the listener when a client has been greeted, and again, with the same id, when its connection is over. */
  subscribe(listener: (run: DeskRun) => void): () => void;
  close(): Promise<void>;
}

/**
 * Opens the desk's port.
 *
 * @throws StartError when the desk's own material cannot be used; Node's error when the port cannot be had
 */
export async function openDeskListener(options: DeskListenerOptions): Promise<DeskListener> {
  const { host, port, privateKey, material, serve, now, record, limits = DESK_LISTENER_LIMITS } = options;
  const { refusal = () => null, refused = () => undefined } = options;
  const listeners = new Set<(run: DeskRun) => void>();
  const open = new Set<DeskConnection>();
  const latest = new Map<number, () => DeskRun>();
  /** writes down why a client is not served although its certificate verifies */
  const noteRefusal = new WeakMap<DeskConnection, (why: DeskRefusal) => void>();
  let count = 0;

  const owner: DeskConnectionOwner = {
    get isHeard() {
      return listeners.size > 0;
    },
    tell: (id, run) => {
      const told = once(run);
      latest.delete(id);
      latest.set(id, told);
      const [oldest] = latest.keys();
      if (latest.size > limits.latest && oldest !== undefined) latest.delete(oldest);
      for (const listener of listeners) listener(told());
    },
    refusal: (connection, client) => {
      const same = [...open].filter(({ sha256 }) => sha256 === client.sha256);
      const why = same.length > limits.connectionsPerCertificate ? TOO_MANY : refusal(client);
      if (why !== null) noteRefusal.get(connection)?.(why);
      return why;
    },
    serve,
    refused,
    over: (connection) => void open.delete(connection),
  };

  const relay = tappedRelay({
    relay: openNodeRelay({ identity: { privateKey }, handshakeMs: limits.handshakeMs }),
    link: openPipe,
    deadlineMs: limits.connectionMs,
  });
  const loaded = relay.load(material);
  if (loaded.kind === 'refused') {
    await relay.close();
    throw new StartError(`The desk cannot use its certificates. ${loaded.text}`);
  }
  const onRun = (run: TapRun): TappedRunListener => {
    const startedAt = now();
    const connection = new DeskConnection(++count, startedAt, run, limits, owner);
    open.add(connection);
    const halfOpen = [...open].filter(({ sha256 }) => sha256 === null).length;
    if (halfOpen > limits.halfOpen) setImmediate(() => run.end());
    if (record === undefined) return connection;
    const { peerAddress: address, peerPort } = run;
    const ends = {
      client: { address, port: peerPort },
      server: { address: address.includes(':') ? '::1' : '127.0.0.1', port: listener.port },
    };
    const recorder = record({ owner: null, label: 'desk', startedAt, ...ends });
    noteRefusal.set(connection, (why) => recorder.take(serverSays(now() - startedAt, 'refuses-peer', why)));
    return recorded(connection, recorder);
  };
  const listener = await listenForClients({
    ...{ host, port, maxClients: limits.connections },
    onClient: (client) => void relay.join(client, onRun).catch(() => undefined), // the client is closed; it may try again
  });
  return {
    port: listener.port,
    load: (later) => relay.load(later),
    disconnect: (sha256) => relay.disconnect(sha256),
    latest: () => [...latest.values()].map((run) => run()),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: async () => void (await Promise.all([relay.close(), listener.close()])),
  };
}

/** The same value each time, made at the first. */
function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | null = null;
  return () => (made ??= { value: make() }).value;
}
