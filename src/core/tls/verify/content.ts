/** What the proofs of TLS 1.3 are made over. */
import { concat } from '../../bytes/reader.ts';
import { sameBytes } from '../../bytes/reader.ts';
import type { Primitives } from '../../primitives/primitives.ts';
import type { Field, Side, Verification } from '../dissection.ts';
import { find, rawOf } from '../format/tree.ts';
import type { Secrets } from '../keys/keylog.ts';
import { deriveSecret, extractSecret, finishedMac } from '../keys/schedule.ts';
import type { Transcript } from '../keys/transcript.ts';

/**
 * The bytes a CertificateVerify signs: 64 spaces, a sentence, a zero byte, the transcript hash.
 *
 * @see RFC 8446 §4.4.3
 */
export function signedContent13(side: Side, transcriptHash: Uint8Array): Uint8Array {
  const sentence = `${' '.repeat(64)}TLS 1.3, ${side} CertificateVerify\0`;
  return concat(
    Uint8Array.from(sentence, (character) => character.charCodeAt(0)),
    transcriptHash,
  );
}

/**
 * Checks the first PSK binder of a ClientHello. It covers the hello up to the list of binders, and what came before a
 * second hello.
 *
 * @param extension pre_shared_key of the hello
 * @param hello the whole message
 * @see RFC 8446 §4.2.11.2
 */
export function verifyBinder(
  extension: Field,
  hello: Uint8Array,
  buffers: readonly Uint8Array[],
  before: Transcript,
  secrets: Secrets,
  hashes: Primitives['hashes'],
): Verification {
  const psk = secrets.get('PSK');
  if (!psk) return { holds: null, why: 'The pre-shared key itself stands in no key log.' };
  const binders = find(extension, 'binders');
  const first = find(binders, 'PskBinderEntry', 'binder');
  if (!binders || !first) return { holds: null, why: 'The extension carries no binder.' };
  const sent = rawOf(first, buffers);
  const hash = sent.length === 48 ? hashes.SHA384 : hashes.SHA256;
  const truncated = hello.subarray(0, hello.length - (binders.range.end - binders.range.start));
  const early = extractSecret(hash, null, psk);
  const seen = before.digestWith(hash, truncated);
  const holds = ['res binder', 'ext binder'].some((label) =>
    sameBytes(sent, finishedMac(hash, deriveSecret(hash, early, label, hash.digest(new Uint8Array())), seen)),
  );
  return { holds, why: holds ? 'Recomputed with the pre-shared key: equal.' : 'Recomputed: it differs.' };
}
