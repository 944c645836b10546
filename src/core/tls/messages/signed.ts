/** Signatures inside handshake messages, RFC 5246 §4.7. */
import { bytes, choose, sequence, u16, vec16, type Format } from '../format/format.ts';
import { SCHEMES } from '../names/names.ts';

const ALGORITHM = u16('algorithm', 'How it was signed.', SCHEMES);
const signature = (says: string) => vec16('signature', bytes('signature', says), says);

/** A signature, from TLS 1.2 on with its algorithm before it. */
export const signed = (says: string): Format =>
  choose('signature', ({ version }) =>
    version >= 0x0303 ? sequence('signature', ALGORITHM, signature(says)) : signature(says),
  );
