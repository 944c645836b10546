/** node-forge with the parts that RSA needs, and the step between its binary strings and our bytes. */
import forge from 'node-forge/lib/forge.js';
import 'node-forge/lib/random.js';
import 'node-forge/lib/rsa.js';
import 'node-forge/lib/sha256.js';

export { forge };

/** Bytes as forge holds them: a string with one character a byte. */
export function toBinary(bytes: Uint8Array): string {
  // forge's own conversion hands every byte to one call, and the stack overflows at a long revocation list.
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** Forge's string as bytes. */
export function fromBinary(text: string): Uint8Array {
  return forge.util.binary.raw.decode(text);
}

/** Random bytes, fit for keys. */
export function randomBytes(count: number): Uint8Array {
  return fromBinary(forge.random.getBytesSync(count));
}
