/**
 * The secrets of one TLS 1.3 connection as its client derives them, RFC 8446 §7.1: one class a stage, each made by the
 * one before it.
 */
import { toHex } from '../../bytes/hex.ts';
import { concat } from '../../bytes/reader.ts';
import { HASHES } from '../../primitives/hash.ts';
import type { Hash } from '../../primitives/primitives.ts';
import type { KeyLogLabel } from '../keys/keylog.ts';
import { deriveSecret, expandLabel, extractSecret, finishedMac } from '../keys/schedule.ts';
import type { Suite } from '../names/suites.ts';

/** Is told every secret as it arises. */
export type SecretLog = (label: KeyLogLabel, secret: Uint8Array) => void;

const NOTHING = new Uint8Array();

/** What the next stage starts from. */
const nextSalt = (hash: Hash, stage: Uint8Array): Uint8Array =>
  deriveSecret(hash, stage, 'derived', hash.digest(NOTHING));

/** Before any key exchange: all there is comes from a ticket, or there is nothing. */
export class EarlySecrets {
  readonly #hash: Hash;
  readonly #stage: Uint8Array;

  /** @param psk of the ticket in use, or null */
  constructor(suite: Suite, psk: Uint8Array | null) {
    this.#hash = HASHES[suite.hash];
    this.#stage = extractSecret(this.#hash, null, psk);
  }

  /** The binder over the hash of a truncated ClientHello, RFC 8446 §4.2.11.2. */
  binder(transcript: Uint8Array): Uint8Array {
    const key = deriveSecret(this.#hash, this.#stage, 'res binder', this.#hash.digest(NOTHING));
    return finishedMac(this.#hash, key, transcript);
  }

  /** @param transcript ClientHello to ServerHello */
  withShares(ecdhe: Uint8Array, transcript: Uint8Array, log: SecretLog): HandshakeSecrets {
    log('ECDHE_SECRET', ecdhe);
    const stage = extractSecret(this.#hash, nextSalt(this.#hash, this.#stage), ecdhe);
    return new HandshakeSecrets(this.#hash, stage, transcript, log);
  }
}

/** From ServerHello to the two Finished. */
export class HandshakeSecrets {
  readonly client: Uint8Array;
  readonly server: Uint8Array;
  readonly #hash: Hash;
  readonly #stage: Uint8Array;

  constructor(hash: Hash, stage: Uint8Array, transcript: Uint8Array, log: SecretLog) {
    this.#hash = hash;
    this.#stage = stage;
    this.client = deriveSecret(hash, stage, 'c hs traffic', transcript);
    this.server = deriveSecret(hash, stage, 's hs traffic', transcript);
    log('CLIENT_HANDSHAKE_TRAFFIC_SECRET', this.client);
    log('SERVER_HANDSHAKE_TRAFFIC_SECRET', this.server);
  }

  /** verify_data of a side's Finished, RFC 8446 §4.4.4. */
  finished(side: 'client' | 'server', transcript: Uint8Array): Uint8Array {
    return finishedMac(this.#hash, this[side], transcript);
  }

  /** @param transcript ClientHello to the server's Finished */
  afterFinished(transcript: Uint8Array, log: SecretLog): ApplicationSecrets {
    const stage = extractSecret(this.#hash, nextSalt(this.#hash, this.#stage), null);
    return new ApplicationSecrets(this.#hash, stage, transcript, log);
  }
}

/** Once the server has finished. */
export class ApplicationSecrets {
  readonly client: Uint8Array;
  readonly server: Uint8Array;
  readonly #hash: Hash;
  readonly #stage: Uint8Array;

  constructor(hash: Hash, stage: Uint8Array, transcript: Uint8Array, log: SecretLog) {
    this.#hash = hash;
    this.#stage = stage;
    this.client = deriveSecret(hash, stage, 'c ap traffic', transcript);
    this.server = deriveSecret(hash, stage, 's ap traffic', transcript);
    log('CLIENT_TRAFFIC_SECRET_0', this.client);
    log('SERVER_TRAFFIC_SECRET_0', this.server);
    log('EXPORTER_SECRET', deriveSecret(hash, stage, 'exp master', transcript));
  }

  /**
   * Where the keys of tickets come from, RFC 8446 §4.6.1.
   *
   * @param transcript ClientHello to the client's Finished
   * @returns the key of the ticket with a nonce
   */
  ticketKeys(transcript: Uint8Array): (nonce: Uint8Array) => Uint8Array {
    const hash = this.#hash;
    const resumption = deriveSecret(hash, this.#stage, 'res master', transcript);
    return (nonce) => expandLabel(hash, resumption, 'resumption', nonce, hash.bytes);
  }
}

/** A line of a key-log file. */
export const keyLogLine = (label: KeyLogLabel, clientRandom: Uint8Array, secret: Uint8Array): string =>
  `${label} ${toHex(clientRandom)} ${toHex(secret)}`;

/** The message that takes the place of the first hello after a HelloRetryRequest, RFC 8446 §4.4.1. */
export const messageHash = (hash: Hash, digest: Uint8Array): Uint8Array =>
  concat(Uint8Array.of(254, 0, 0, hash.bytes), digest);
