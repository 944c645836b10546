/**
 * Keys, requests and certificates as the course makes them. PEM text in, PEM text out, so that the same functions run
 * in Node and, behind a message port, in a Worker. The public face of this folder: functions only, whose arguments and
 * answers can be cloned. What can go wrong with a stranger's input comes back as a value with its words.
 */
export { generateKey } from './keys/generate.ts';
export { lockKey, unlockKey } from './keys/locked-key.ts';
export { messageHolds, publicKeyOf, signMessage } from './messages.ts';
export { handshakeSchemes, signHandshake } from './handshake.ts';
export { createAuthority, createRequest, issueCertificate, selfSign } from './issue.ts';
export { whatWasGranted } from './grant.ts';
export { kindOfKeyIn, readCertificate, readRequest, sha256Of } from './facts.ts';
export { keyFits, signedBy } from './judge.ts';
export { explain, trustedFor } from './explain.ts';
export { createCrl, crlSignedBy, nextCrl, readCrl } from './revoke.ts';
export { createPkcs12 } from './pkcs12/write.ts';
export { readPkcs12 } from './pkcs12/read.ts';
export { show } from './show/show.ts';
export { opensslText } from './text/openssl-text.ts';
