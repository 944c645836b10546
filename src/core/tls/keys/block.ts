/** How the key block of TLS 1.2 and before is cut, RFC 5246 §6.3. */
import { HASHES } from '../../primitives/hash.ts';
import type { Protector } from '../names/suites.ts';
import { AEADS } from '../../primitives/aead.ts';
import { BLOCK_BYTES } from '../record/cbc.ts';

/** Bytes of each piece; the block has each of them twice, the client's first. */
export interface Pieces {
  readonly mac: number;
  readonly key: number;
  readonly iv: number;
}

/** @param version TLS 1.0 takes the first IV of CBC from here, later versions send one in each record */
export function piecesOf(protector: Exclude<Protector, { kind: 'unknown' }>, version: number): Pieces {
  switch (protector.kind) {
    case 'aead':
      return { mac: 0, key: protector.keyBytes, iv: 12 - AEADS[protector.cipher].explicitNonceBytes };
    case 'cbc': {
      const iv = version < 0x0302 ? BLOCK_BYTES : 0;
      return { mac: HASHES[protector.mac].bytes, key: protector.keyBytes, iv };
    }
    case 'null':
      return { mac: HASHES[protector.mac].bytes, key: 0, iv: 0 };
  }
}
