/**
 * Key-log files in the format of NSS: `LABEL <client random> <secret>`, hex, one a line.
 *
 * @see draft-ietf-tls-keylogfile §2
 */
import { fromHex } from '../../bytes/hex.ts';

export const KEY_LOG_LABELS = [
  'CLIENT_RANDOM',
  'CLIENT_EARLY_TRAFFIC_SECRET',
  'CLIENT_HANDSHAKE_TRAFFIC_SECRET',
  'SERVER_HANDSHAKE_TRAFFIC_SECRET',
  'CLIENT_TRAFFIC_SECRET_0',
  'SERVER_TRAFFIC_SECRET_0',
  'EARLY_EXPORTER_SECRET',
  'EXPORTER_SECRET',
  // Not of NSS: an own client and the test vectors know these too, and other readers skip labels they do not know.
  'ECDHE_SECRET',
  'PSK',
] as const;

export type KeyLogLabel = (typeof KEY_LOG_LABELS)[number];

/** Secrets of one connection. A label may stand there twice, from the client's and the server's log. */
export type Secrets = ReadonlyMap<KeyLogLabel, Uint8Array>;

const LABELS: ReadonlySet<string> = new Set(KEY_LOG_LABELS);
const LINE = /^([A-Z0-9_]+) ([0-9a-fA-F]{64}) ([0-9a-fA-F]{2,256})\s*$/;

/** A key log by client random; the last one is kept, because a capture asks for it once for each connection. */
let indexed: { readonly text: string; readonly byRandom: ReadonlyMap<string, Secrets> } = {
  text: '',
  byRandom: new Map(),
};

const NONE: Secrets = new Map();

/**
 * The secrets of the connection with this client random. Other lines, comments and unknown labels are skipped.
 *
 * @param keyLog text of a key-log file
 * @param clientRandom lower-case hex of ClientHello.random
 */
export function secretsOf(keyLog: string, clientRandom: string): Secrets {
  if (indexed.text !== keyLog) indexed = { text: keyLog, byRandom: indexOf(keyLog) };
  return indexed.byRandom.get(clientRandom) ?? NONE;
}

function indexOf(keyLog: string): ReadonlyMap<string, Secrets> {
  const byRandom = new Map<string, Map<KeyLogLabel, Uint8Array>>();
  for (const line of keyLog.split('\n')) {
    const [, label = '', random = '', hex = ''] = LINE.exec(line) ?? [];
    const secret = LABELS.has(label) ? fromHex(hex) : null;
    if (!secret?.ok) continue;
    const key = random.toLowerCase();
    const secrets = byRandom.get(key) ?? new Map<KeyLogLabel, Uint8Array>();
    byRandom.set(key, secrets.set(label as KeyLogLabel, secret.value));
  }
  return byRandom;
}
