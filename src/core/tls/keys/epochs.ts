/** From secrets of the key log to the keys of each side, in the order in which a side uses them. */
import { concat, Reader } from '../../bytes/reader.ts';
import { HASHES } from '../../primitives/hash.ts';
import type { Primitives } from '../../primitives/primitives.ts';
import type { Side } from '../dissection.ts';
import type { RecordKeys } from '../record/protection.ts';
import { suiteOf, type Suite } from '../names/suites.ts';
import { piecesOf } from './block.ts';
import type { Epoch } from './flow.ts';
import type { KeyLogLabel, Secrets } from './keylog.ts';
import { keyBlock12, trafficKey, updatedSecret } from './schedule.ts';

type Hashes = Primitives['hashes'];

/** The record keys that a TLS 1.3 traffic secret gives; null where we do not have the suite's cipher. */
export function recordKeys13(suite: Suite, secret: Uint8Array, hashes: Hashes = HASHES): RecordKeys | null {
  const { protector, hash } = suite;
  if (protector.kind !== 'aead') return null;
  const { key, iv } = trafficKey(hashes[hash], secret, protector.keyBytes);
  return { kind: 'tls13', cipher: protector.cipher, key, iv };
}

const noCipher = (suite: Suite | null): string =>
  suite ? `The cipher of ${suite.name} is not one we can compute.` : 'An unknown cipher suite was chosen.';

const noSecret = (label: KeyLogLabel): string => `No ${label} in this view's key log.`;

function epoch13(
  protection: Epoch['protection'],
  suite: Suite | null,
  secret: Uint8Array | undefined,
  label: KeyLogLabel,
  hashes: Hashes,
): Epoch {
  const keys = suite && secret ? recordKeys13(suite, secret, hashes) : null;
  const missing = keys ? '' : suite && suite.protector.kind !== 'unknown' ? noSecret(label) : noCipher(suite);
  const next = (): Epoch =>
    epoch13(protection, suite, suite && secret ? updatedSecret(hashes[suite.hash], secret) : undefined, label, hashes);
  return { protection, keys, missing, next };
}

/** After ServerHello of TLS 1.3: handshake keys, then application keys. */
export function epochs13(side: Side, suite: Suite | null, secrets: Secrets, hashes: Hashes): Epoch[] {
  const [handshake, application] =
    side === 'client'
      ? (['CLIENT_HANDSHAKE_TRAFFIC_SECRET', 'CLIENT_TRAFFIC_SECRET_0'] as const)
      : (['SERVER_HANDSHAKE_TRAFFIC_SECRET', 'SERVER_TRAFFIC_SECRET_0'] as const);
  return [
    epoch13('handshake', suite, secrets.get(handshake), handshake, hashes),
    epoch13('application', suite, secrets.get(application), application, hashes),
  ];
}

/**
 * Early data of the client. Its suite is the one of the ticket, which the wire does not name: every suite of TLS 1.3
 * that the secret's length fits is tried.
 */
export function earlyEpoch(secrets: Secrets, hashes: Hashes): Epoch {
  const secret = secrets.get('CLIENT_EARLY_TRAFFIC_SECRET');
  const fitting = [0x1301, 0x1302, 0x1303, 0x1304, 0x1305]
    .map(suiteOf)
    .filter((suite) => suite !== null)
    .filter(({ hash }) => secret?.length === hashes[hash].bytes);
  const alternatives = secret
    ? fitting.map((suite) => recordKeys13(suite, secret, hashes)).filter((keys) => keys !== null)
    : [];
  return { protection: 'early', keys: null, missing: noSecret('CLIENT_EARLY_TRAFFIC_SECRET'), alternatives };
}

export interface Negotiated12 {
  readonly version: number;
  readonly suite: Suite | null;
  readonly clientRandom: Uint8Array;
  readonly serverRandom: Uint8Array;
  readonly isEncryptThenMac: boolean;
}

/** Keys of one side after its ChangeCipherSpec, RFC 5246 §6.3. */
export function epoch12(side: Side, negotiated: Negotiated12, master: Uint8Array | undefined, hashes: Hashes): Epoch {
  const { version, suite, clientRandom, serverRandom, isEncryptThenMac } = negotiated;
  const sealed = (missing: string): Epoch => ({ protection: 'application', keys: null, missing });
  if (!suite || suite.protector.kind === 'unknown' || suite.isTls13) return sealed(noCipher(suite));
  if (!master) return sealed(noSecret('CLIENT_RANDOM'));
  const { protector } = suite;
  const sizes = piecesOf(protector, version);
  const randoms = concat(serverRandom, clientRandom);
  const length = 2 * (sizes.mac + sizes.key + sizes.iv);
  const block = new Reader(keyBlock12(version, hashes[suite.hash], master, randoms, length));
  const cut = (bytes: number): Uint8Array => {
    const [ofClient, ofServer] = [block.take(bytes), block.take(bytes)];
    return side === 'client' ? ofClient : ofServer;
  };
  const [macKey, key, iv] = [cut(sizes.mac), cut(sizes.key), cut(sizes.iv)];
  const keys = keys12(protector, { macKey, key, iv }, isEncryptThenMac);
  return { protection: 'application', keys, missing: '' };
}

function keys12(
  protector: Exclude<Suite['protector'], { kind: 'unknown' }>,
  { macKey, key, iv }: { readonly [piece in 'macKey' | 'key' | 'iv']: Uint8Array },
  isEncryptThenMac: boolean,
): RecordKeys {
  switch (protector.kind) {
    case 'aead':
      return { kind: 'aead12', cipher: protector.cipher, key, iv };
    case 'cbc':
      return { kind: 'cbc', key, macKey, mac: protector.mac, isEncryptThenMac, chainedIv: iv.length > 0 ? iv : null };
    case 'null':
      return { kind: 'mac', macKey, mac: protector.mac };
  }
}
