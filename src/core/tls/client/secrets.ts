/** The secrets of one TLS 1.3 connection as its client derives them, RFC 8446 §7.1. */
import { toHex } from '../../bytes/hex.ts';
import { concat } from '../../bytes/reader.ts';
import { HASHES, type HashFunction } from '../../signature/hash.ts';
import type { Suite } from '../names/suites.ts';
import type { KeyLogLabel } from '../keys/keylog.ts';
import { deriveSecret, expandLabel, extractSecret, finishedMac } from '../keys/schedule.ts';

const NOTHING = new Uint8Array();

export interface Pair {
  readonly client: Uint8Array;
  readonly server: Uint8Array;
}

export class ClientSecrets {
  readonly hash: HashFunction;
  readonly #early: Uint8Array;
  readonly #log: (label: KeyLogLabel, secret: Uint8Array) => void;
  #stage: Uint8Array;

  /**
   * @param psk of the ticket in use, or null
   * @param log is told every secret as it arises
   */
  constructor(suite: Suite, psk: Uint8Array | null, log: (label: KeyLogLabel, secret: Uint8Array) => void) {
    this.hash = HASHES[suite.hash];
    this.#early = extractSecret(this.hash, null, psk);
    this.#stage = this.#early;
    this.#log = log;
    if (psk) log('PSK', psk);
  }

  /** The binder of a truncated ClientHello, RFC 8446 §4.2.11.2. */
  binder(transcript: Uint8Array): Uint8Array {
    return finishedMac(this.hash, deriveSecret(this.hash, this.#early, 'res binder', this.hash(NOTHING)), transcript);
  }

  /** Handshake traffic secrets after ServerHello. */
  enterHandshake(ecdhe: Uint8Array, transcript: Uint8Array): Pair {
    this.#log('ECDHE_SECRET', ecdhe);
    this.#next(ecdhe);
    const client = deriveSecret(this.hash, this.#stage, 'c hs traffic', transcript);
    const server = deriveSecret(this.hash, this.#stage, 's hs traffic', transcript);
    this.#log('CLIENT_HANDSHAKE_TRAFFIC_SECRET', client);
    this.#log('SERVER_HANDSHAKE_TRAFFIC_SECRET', server);
    return { client, server };
  }

  /** Application traffic secrets after the server's Finished. */
  enterApplication(transcript: Uint8Array): Pair {
    this.#next(null);
    const client = deriveSecret(this.hash, this.#stage, 'c ap traffic', transcript);
    const server = deriveSecret(this.hash, this.#stage, 's ap traffic', transcript);
    this.#log('CLIENT_TRAFFIC_SECRET_0', client);
    this.#log('SERVER_TRAFFIC_SECRET_0', server);
    this.#log('EXPORTER_SECRET', deriveSecret(this.hash, this.#stage, 'exp master', transcript));
    return { client, server };
  }

  /** After the own Finished: the key of a ticket with this nonce, RFC 8446 §4.6.1. */
  ticketKey(transcript: Uint8Array, nonce: Uint8Array): Uint8Array {
    const resumption = deriveSecret(this.hash, this.#stage, 'res master', transcript);
    return expandLabel(this.hash, resumption, 'resumption', nonce, this.hash.outputLen);
  }

  #next(input: Uint8Array | null): void {
    this.#stage = extractSecret(this.hash, deriveSecret(this.hash, this.#stage, 'derived', this.hash(NOTHING)), input);
  }
}

/** A line of a key-log file. */
export const keyLogLine = (label: KeyLogLabel, clientRandom: Uint8Array, secret: Uint8Array): string =>
  `${label} ${toHex(clientRandom)} ${toHex(secret)}`;

/** The message that takes the place of the first hello after a HelloRetryRequest, RFC 8446 §4.4.1. */
export const messageHash = (hash: HashFunction, digest: Uint8Array): Uint8Array =>
  concat(Uint8Array.of(254, 0, 0, hash.outputLen), digest);
