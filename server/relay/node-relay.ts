/**
 * The relay's first engine: Node's own `tls`. It refuses a certificate with a bare FIN and keeps the reason to itself;
 * the reason stands on the socket that `tlsClientError` brings, and is reported from there.
 */
import { constants, randomBytes } from 'node:crypto';
import { createServer, TLSSocket, type Server, type TlsOptions } from 'node:tls';
import { USUAL_SETTINGS } from '../../src/core/bridge/settings.ts';
import type { Secret } from '../../src/core/bytes/secret.ts';
import { fingerprintOf, impossibleFor, prepare } from './material.ts';
import { KnownClients, peerIn } from './peer.ts';
import { NO_CERTIFICATE, alertNameIn, codeOf, isVerifyCode, wordsFor } from './reasons.ts';
import type {
  AcceptedClient,
  LoadResult,
  Relay,
  RelayEnd,
  RelayIdentity,
  RelayListener,
  RelayMaterial,
  RelayPeer,
  RelayReport,
} from './relay.ts';

export interface NodeRelayOptions {
  readonly identity: Pick<RelayIdentity, 'privateKey'>;
  /** finite; Node counts it from the accept and takes 0 for two minutes */
  readonly handshakeMs: number;
}

const SECURITY = { minVersion: 'TLSv1.2' } as const;

/**
 * A ticket lets a client in without its certificate, so there are none unless they are asked for. Renegotiation could
 * change who the client is in the middle of a connection.
 */
const secureOptions = (tickets: boolean): number =>
  constants.SSL_OP_NO_RENEGOTIATION | (tickets ? 0 : constants.SSL_OP_NO_TICKET);

const LEFT_EARLY = 'The client ended the connection before the handshake was done.';

const TICKET_KEY_BYTES = 48; // as Node has it: 16 of a name, 16 of HMAC, 16 of AES

/** Starts a relay without a certificate: until `load` succeeds every handshake fails. */
export function openNodeRelay({ identity, handshakeMs }: NodeRelayOptions): Relay {
  const clients = new KnownClients();
  const connections = new Map<RelayEnd, Connection>();
  const owners = new WeakMap<TLSSocket, Connection>();
  /** Tickets outlive a load that changes nothing by which a client is judged. */
  let ticketKeys = randomBytes(TICKET_KEY_BYTES);
  let judgedBy = '';
  let last: { readonly told: string; readonly privateKey: Secret; readonly result: LoadResult } | null = null;
  const sessionIdContext = randomBytes(16).toString('hex'); // Node's own is the same for every relay of this process
  const options: TlsOptions = {
    ...SECURITY,
    secureOptions: secureOptions(false),
    requestCert: true,
    rejectUnauthorized: true,
    handshakeTimeout: handshakeMs,
    ca: [], // a missing list would trust the public web authorities
  };
  const server = createServer(options);

  server.on('keylog', (line, socket) =>
    owners.get(socket)?.report({ kind: 'key-log', line: line.toString('latin1').trim() }),
  );
  server.on('secureConnection', (socket) => {
    const connection = owners.get(socket);
    socket.on('error', (error) => {
      connection?.failed(error, socket);
      socket.destroy();
    });
    const client = socket.authorized ? clients.of(socket) : null;
    if (!client || !connection) return void socket.destroy();
    connection.accepted(socket, client);
  });
  server.on('tlsClientError', (error, socket) => {
    owners.get(socket)?.failed(error, socket);
    socket.destroy(); // left alone, a timed-out handshake would still complete
  });
  return {
    accept,
    load,
    disconnect: (sha256) => {
      for (const connection of connections.values()) connection.disconnect(sha256);
    },
    close: () => {
      for (const end of connections.keys()) end.destroy();
      return Promise.resolve();
    },
  };

  function accept(end: RelayEnd, listener: RelayListener): void {
    const connection = new Connection(listener);
    connections.set(end, connection);
    end.on('error', () => end.destroy());
    end.on('close', () => {
      connections.delete(end);
      // The TLS socket above closes after this one, and brings the reason of a refusal only then.
      setImmediate(() => connection.report({ kind: 'ended', code: null, text: 'The connection is closed.' }));
    });
    end.allowHalfOpen = false; // as Node's own listener has it
    Reflect.apply(server.emit, serverFor(connection), ['connection', end]);
  }

  /**
   * Node gives no link from a TLS socket to the connection below it. But what happens to the socket is told through the
   * server to which the connection was brought, and that is one for each: the shared one, with an `emit` of its own.
   */
  function serverFor(connection: Connection): Server {
    const own = Object.create(server) as Server;
    own.emit = (event: string | symbol, ...details: unknown[]) => {
      for (const detail of details) if (detail instanceof TLSSocket) owners.set(detail, connection);
      return server.emit(event, ...details);
    };
    return own;
  }

  function load(material: RelayMaterial): LoadResult {
    const { certificate, trust, crls, privateKey = identity.privateKey, settings = USUAL_SETTINGS } = material;
    // Pages tell it before each connection, mostly the same, and to judge it takes longer than many a handshake.
    const told = JSON.stringify([certificate, trust, crls, settings]);
    if (last?.told === told && last.privateKey === privateKey) return last.result;
    const { suites, groups, tickets } = settings;
    const side = { certificate, privateKey: privateKey.reveal(), trust, crls, suites, groups };
    const prepared = prepare(side, 'the desk', { ...SECURITY, secureOptions: secureOptions(tickets) });
    if (prepared.kind === 'refused') return prepared;
    const impossible = prepared.leaf && impossibleFor(prepared.leaf, suites);
    if (impossible) return impossible;
    const judges = JSON.stringify([certificate, trust, crls]);
    if (judges !== judgedBy) ticketKeys = randomBytes(TICKET_KEY_BYTES);
    judgedBy = judges;
    server.setSecureContext({ ...prepared.options, ticketKeys, sessionIdContext });
    const fingerprint = prepared.leaf && fingerprintOf(prepared.leaf);
    const result = { kind: 'loaded', certificate: fingerprint, trust: prepared.trust } as const;
    last = { told, privateKey, result };
    return result;
  }
}

/** One connection and what may still be reported of it. */
class Connection {
  readonly #listener: RelayListener;
  #socket: TLSSocket | null = null;
  #peer: RelayPeer | null = null;
  #isOver = false;

  constructor(listener: RelayListener) {
    this.#listener = listener;
  }

  /** Passes a report on; nothing follows the one that ends a connection. */
  report(report: RelayReport): void {
    if (this.#isOver) return;
    this.#isOver = report.kind !== 'key-log' && report.kind !== 'accepted';
    this.#listener.report(report);
  }

  accepted(socket: TLSSocket, client: AcceptedClient): void {
    const peer = peerIn(client);
    this.#socket = socket;
    this.#peer = peer;
    const { version, name } = { version: socket.getProtocol() ?? 'unknown', name: socket.getCipher().standardName };
    this.report({ kind: 'accepted', peer, version, cipherSuite: name });
    socket.on('end', () => this.report({ kind: 'ended', code: null, text: 'The client has closed the connection.' }));
    this.#listener.plaintext(socket, client);
  }

  /**
   * Node's errors sort themselves: a verify result is a refusal, an alert's name means that the client told us, and
   * the rest we noticed ourselves.
   */
  failed(error: Error, socket: TLSSocket): void {
    const code = codeOf(error);
    const verify = String(socket.authorizationError ?? '');
    if (code === NO_CERTIFICATE) this.report({ kind: 'refused', code, text: wordsFor(code) });
    else if (!this.#peer && isVerifyCode(verify))
      this.report({ kind: 'refused', code: verify, text: wordsFor(verify) });
    else if (alertNameIn(code)) this.report({ kind: 'told', code, text: wordsFor(code) });
    else if (code.startsWith('ERR_SSL_')) this.report({ kind: 'fault', code, text: wordsFor(code) });
    // Node calls any early end ECONNRESET, even a plain FIN; what was on the wire is the tap's to say.
    else if (!this.#peer && code === 'ECONNRESET') this.report({ kind: 'ended', code, text: LEFT_EARLY });
    else this.report({ kind: 'ended', code, text: wordsFor(code) });
  }

  disconnect(sha256: string): void {
    if (this.#peer?.sha256 === sha256) this.#socket?.destroy();
  }
}
