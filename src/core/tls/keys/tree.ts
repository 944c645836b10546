/**
 * The key schedule of one connection as a tree for the eye. It starts from whatever is known: the ECDHE secret where
 * an end of the connection tells it, else the traffic secrets of the key log.
 */
import { toHex } from '../../bytes/hex.ts';
import { concat } from '../../bytes/reader.ts';
import { HASHES } from '../../primitives/hash.ts';
import type { Hash } from '../../primitives/primitives.ts';
import type { Derived } from '../dissection.ts';
import type { Suite } from '../names/suites.ts';
import { piecesOf } from './block.ts';
import type { KeyLogLabel, Secrets } from './keylog.ts';
import { deriveSecret, expandLabel, extractSecret, keyBlock12 } from './schedule.ts';

/** Transcript hashes at the points where secrets are derived; null where the handshake has not come so far. */
export interface Points {
  readonly clientHello: Uint8Array | null;
  readonly serverHello: Uint8Array | null;
  readonly serverFinished: Uint8Array | null;
  readonly clientFinished: Uint8Array | null;
}

const EMPTY = new Uint8Array();
const SOURCE = 'RFC 8446 §7.1';

interface Row {
  readonly name: string;
  readonly label: string;
  readonly point: keyof Points;
  readonly logged?: KeyLogLabel;
  readonly protects: boolean;
  readonly says: string;
}

/** RFC 8446 §7.1, the diagram, line by line. */
const EARLY: readonly Row[] = [
  {
    name: 'client_early_traffic_secret',
    label: 'c e traffic',
    point: 'clientHello',
    logged: 'CLIENT_EARLY_TRAFFIC_SECRET',
    protects: true,
    says: 'Protects early data.',
  },
];
const HANDSHAKE: readonly Row[] = [
  {
    name: 'client_handshake_traffic_secret',
    label: 'c hs traffic',
    point: 'serverHello',
    logged: 'CLIENT_HANDSHAKE_TRAFFIC_SECRET',
    protects: true,
    says: "Protects the client's part of the handshake.",
  },
  {
    name: 'server_handshake_traffic_secret',
    label: 's hs traffic',
    point: 'serverHello',
    logged: 'SERVER_HANDSHAKE_TRAFFIC_SECRET',
    protects: true,
    says: "Protects the server's part of the handshake.",
  },
];
const MASTER: readonly Row[] = [
  {
    name: 'client_application_traffic_secret_0',
    label: 'c ap traffic',
    point: 'serverFinished',
    logged: 'CLIENT_TRAFFIC_SECRET_0',
    protects: true,
    says: 'Protects what the client says after the handshake.',
  },
  {
    name: 'server_application_traffic_secret_0',
    label: 's ap traffic',
    point: 'serverFinished',
    logged: 'SERVER_TRAFFIC_SECRET_0',
    protects: true,
    says: 'Protects what the server says after the handshake.',
  },
  {
    name: 'exporter_master_secret',
    label: 'exp master',
    point: 'serverFinished',
    logged: 'EXPORTER_SECRET',
    protects: false,
    says: 'Other protocols may draw keys from it.',
  },
  {
    name: 'resumption_master_secret',
    label: 'res master',
    point: 'clientFinished',
    protects: false,
    says: 'The keys of tickets come from it.',
  },
];

/**
 * The tree of TLS 1.3.
 *
 * @param usesPsk whether the server took a pre-shared key; without one its place is taken by zeros
 */
export function keyTree13(suite: Suite, secrets: Secrets, points: Points, usesPsk: boolean): Derived[] {
  const hash = HASHES[suite.hash];
  const psk = usesPsk ? secrets.get('PSK') : null;
  const early = psk === undefined ? null : extractSecret(hash, null, psk);
  const afterEarly = early && deriveSecret(hash, early, 'derived', hash.digest(EMPTY));
  const ecdhe = secrets.get('ECDHE_SECRET');
  const handshake = afterEarly && ecdhe ? extractSecret(hash, afterEarly, ecdhe) : null;
  const afterHandshake = handshake && deriveSecret(hash, handshake, 'derived', hash.digest(EMPTY));
  const master = afterHandshake && extractSecret(hash, afterHandshake, null);
  const rows = (secret: Uint8Array | null, table: readonly Row[]): Derived[] =>
    table.map((row) => branch(suite, hash, secret, row, secrets, points));
  const earlyRows = usesPsk ? rows(early, EARLY) : [];
  return [
    stage('Early Secret', early, 'HKDF-Extract(0, PSK or zeros)', 'Starts the schedule; holds the ticket key.', [
      ...earlyRows,
      stage('Handshake Secret', handshake, 'HKDF-Extract(Derive-Secret(Early Secret, "derived"), ECDHE)', MIXED, [
        ...rows(handshake, HANDSHAKE),
        stage('Master Secret', master, 'HKDF-Extract(Derive-Secret(Handshake Secret, "derived"), 0)', LAST, [
          ...rows(master, MASTER),
        ]),
      ]),
    ]),
  ];
}

const MIXED = 'The secret of the key exchange is mixed in here: an onlooker cannot go on.';
const LAST = 'The keys for the talk after the handshake come from it.';

function stage(name: string, value: Uint8Array | null, how: string, says: string, children: Derived[]): Derived {
  return { name, value: value && toHex(value), how, source: SOURCE, says, children };
}

function branch(
  suite: Suite,
  hash: Hash,
  from: Uint8Array | null,
  { name, label, point, logged, protects, says }: Row,
  secrets: Secrets,
  points: Points,
): Derived {
  const transcript = points[point];
  const computed = from && transcript ? deriveSecret(hash, from, label, transcript) : null;
  const value = computed ?? (logged ? secrets.get(logged) : undefined) ?? null;
  const how = computed
    ? `Derive-Secret(., "${label}", hash of all messages up to ${POINT_NAMES[point]})`
    : value
      ? `from the key log, ${logged}`
      : 'not known';
  const children = value && protects ? keysOf(suite, hash, value) : [];
  return { name, value: value && toHex(value), how, source: SOURCE, says, children };
}

const POINT_NAMES: Readonly<Record<keyof Points, string>> = {
  clientHello: 'ClientHello',
  serverHello: 'ServerHello',
  serverFinished: "the server's Finished",
  clientFinished: "the client's Finished",
};

function keysOf({ protector }: Suite, hash: Hash, secret: Uint8Array): Derived[] {
  const leaf = (name: string, bytes: number, source: string, says: string): Derived => {
    const value = toHex(expandLabel(hash, secret, name, EMPTY, bytes));
    return { name, value, how: `HKDF-Expand-Label(., "${name}", "", ${bytes})`, source, says, children: [] };
  };
  const finished = leaf('finished', hash.bytes, 'RFC 8446 §4.4.4', 'Key of the MAC in Finished.');
  if (protector.kind !== 'aead') return [finished];
  return [
    leaf('key', protector.keyBytes, 'RFC 8446 §7.3', 'Encrypts the records.'),
    leaf('iv', 12, 'RFC 8446 §7.3', 'XORed with the record number, it is the nonce of each record.'),
    finished,
  ];
}

/** The tree of TLS 1.2 and before: master secret, key block, and its pieces. RFC 5246 §6.3 */
export function keyTree12(
  version: number,
  suite: Suite,
  secrets: Secrets,
  clientRandom: Uint8Array,
  serverRandom: Uint8Array,
): Derived[] {
  const master = secrets.get('CLIENT_RANDOM');
  const source = 'RFC 5246 §6.3';
  const { protector } = suite;
  if (!master || protector.kind === 'unknown') {
    const value = master ? toHex(master) : null;
    const how = master ? 'from the key log, CLIENT_RANDOM' : 'not known';
    return [{ name: 'master_secret', value, how, source: 'RFC 5246 §8.1', says: MASTER_SAYS, children: [] }];
  }
  const { mac, key, iv } = piecesOf(protector, version);
  const sizes = { MAC_key: mac, key, IV: iv };
  const randoms = concat(serverRandom, clientRandom);
  const block = keyBlock12(version, HASHES[suite.hash], master, randoms, 2 * (mac + key + iv));
  let at = 0;
  const pieces = Object.entries(sizes).flatMap(([what, bytes]) =>
    bytes === 0
      ? []
      : ['client', 'server'].map((side): Derived => {
          const value = toHex(block.subarray(at, (at += bytes)));
          const says = what === 'MAC_key' ? 'Proves that records are unchanged.' : 'Encrypts the records.';
          return {
            name: `${side}_write_${what}`,
            value,
            how: `${bytes} bytes of key_block`,
            source,
            says,
            children: [],
          };
        }),
  );
  const keyBlock: Derived = {
    name: 'key_block',
    value: toHex(block),
    how: 'PRF(master_secret, "key expansion", server random + client random)',
    source,
    says: 'Cut into the keys of both sides.',
    children: pieces,
  };
  return [
    {
      name: 'master_secret',
      value: toHex(master),
      how: 'from the key log, CLIENT_RANDOM',
      source: 'RFC 5246 §8.1',
      says: MASTER_SAYS,
      children: [keyBlock],
    },
  ];
}

const MASTER_SAYS = 'The secret both sides share; all keys come from it.';
