/** What opens one record, part by part, for people to look at: RFC 8446 §5.2 and §5.3, RFC 5246 §6.2.3. */
import { toHex } from '../../bytes/hex.ts';
import { AEADS } from '../../primitives/aead.ts';
import { HASHES } from '../../primitives/hash.ts';
import type { CbcKeys } from './cbc.ts';
import type { MacKeys } from './bare.ts';
import { BLOCK_BYTES } from './cbc.ts';
import { RECORD_HEADER_BYTES } from './framing.ts';
import { aeadInput, type AeadKeys, type RecordKeys } from './protection.ts';

/** The keys that have opened a record, and its number under them, from 0. */
export interface Lock {
  readonly keys: RecordKeys;
  readonly sequence: number;
}

export interface LockPart {
  readonly name: string;
  /** lower-case hex, or a number or name in words */
  readonly value: string;
  readonly says: string;
}

/**
 * The parts of a lock, in the order in which they are put together.
 *
 * @param record as it was on the wire, header included
 */
export function lockParts({ keys, sequence }: Lock, record: Uint8Array): LockPart[] {
  const number = {
    name: 'sequence number',
    value: String(sequence),
    says: 'Records that this side has sent under these keys before. It is not on the wire: both ends count.',
  };
  return keys.kind === 'cbc' || keys.kind === 'mac'
    ? [number, ...macParts(keys, record)]
    : [number, ...aeadParts(keys, record, sequence)];
}

const CIPHERS = { gcm: 'AES-GCM', ccm: 'AES-CCM', ccm8: 'AES-CCM-8', chacha20: 'ChaCha20-Poly1305' } as const;

function aeadParts(keys: AeadKeys, record: Uint8Array, sequence: number): LockPart[] {
  const input = aeadInput(keys, record, sequence);
  const { tagBytes, explicitNonceBytes } = AEADS[keys.cipher];
  const isMasked = keys.kind === 'tls13' || explicitNonceBytes === 0;
  const bits = keys.cipher === 'chacha20' ? '' : `, ${keys.key.length * 8} bits`;
  return [
    { name: 'cipher', value: CIPHERS[keys.cipher] + bits, says: 'Encrypts, and proves that nothing was changed.' },
    { name: 'key', value: toHex(keys.key), says: 'From the traffic secret of this side.' },
    { name: 'IV', value: toHex(keys.iv), says: 'From the same secret.' },
    {
      name: 'nonce',
      value: input ? toHex(input.nonce) : '',
      says: isMasked ? 'The IV XOR the number: never the same twice.' : 'The IV, then the eight bytes from the record.',
    },
    {
      name: 'additional data',
      value: input ? toHex(input.additional) : '',
      says:
        keys.kind === 'tls13' ? 'The header in clear: changed, the tag is wrong.' : 'Number, type, version, length.',
    },
    { name: 'tag', value: toHex(record.subarray(-tagBytes)), says: 'Only who holds the key can make it.' },
  ];
}

function macParts(keys: CbcKeys | MacKeys, record: Uint8Array): LockPart[] {
  const macKey = { name: 'MAC key', value: toHex(keys.macKey), says: `Of the HMAC with ${keys.mac}.` };
  if (keys.kind === 'mac')
    return [
      macKey,
      { name: 'MAC', value: toHex(record.subarray(-HASHES[keys.mac].bytes)), says: 'In clear, at the end.' },
    ];
  const iv = keys.chainedIv ?? record.subarray(RECORD_HEADER_BYTES, RECORD_HEADER_BYTES + BLOCK_BYTES);
  return [
    {
      name: 'cipher',
      value: `AES-CBC, ${keys.key.length * 8} bits`,
      says: 'Block after block, each mixed into the next.',
    },
    { name: 'key', value: toHex(keys.key), says: 'From the master secret.' },
    {
      name: 'IV',
      value: toHex(iv),
      says: keys.chainedIv ? 'The last block before.' : 'At the beginning of the record.',
    },
    macKey,
  ];
}
