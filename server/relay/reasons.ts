/** What Node's codes say, in words. A code that is not in the table is shown as it is; nothing is guessed. */

/** Why a chain was not trusted: OpenSSL's verify results as Node spells them. */
const VERIFY: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'The certificate has expired.',
  CERT_NOT_YET_VALID: 'The certificate is not valid yet.',
  CERT_REVOKED: 'The certificate stands on the revocation list.',
  CERT_SIGNATURE_FAILURE: 'The signature under the certificate does not fit the issuer’s key.',
  CERT_UNTRUSTED: 'The issuer is not trusted for this purpose.',
  CRL_HAS_EXPIRED: 'The revocation list is out of date, so nobody can be accepted.',
  CRL_NOT_YET_VALID: 'The revocation list is not valid yet, so nobody can be accepted.',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'The certificate is signed with its own key, and no trust anchor vouches for it.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'The certificate was made for another name.',
  INVALID_CA: 'A certificate of the chain was issued by one that is not an authority.',
  INVALID_PURPOSE: 'The certificate was not made for this purpose.',
  PATH_LENGTH_EXCEEDED: 'The chain is longer than its authority allows.',
  SELF_SIGNED_CERT_IN_CHAIN: 'The chain ends in an authority that is not among the trust anchors.',
  // With lists demanded, OpenSSL's last complaint about a stranger is the missing list, and the last is what Node tells.
  UNABLE_TO_GET_CRL:
    'No revocation list of the issuer is loaded: the issuer is not trusted here, or its list is missing.',
  UNABLE_TO_GET_ISSUER_CERT: 'The issuer’s certificate is missing.',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'The issuer is not among the trust anchors.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'The issuer of the certificate is not among the trust anchors.',
  UNSPECIFIED: 'The chain breaks a rule that Node does not name, such as a weak key or a name constraint.',
};

export const NO_CERTIFICATE = 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE';

const NOTICED: Readonly<Record<string, string>> = {
  [NO_CERTIFICATE]: 'The client sent no certificate.',
  ERR_TLS_HANDSHAKE_TIMEOUT: 'The handshake was not finished in time.',
  ERR_SSL_WRONG_VERSION_NUMBER: 'What came was not TLS, or not a version that is spoken here.',
  ERR_SSL_HTTP_REQUEST: 'What came was plain HTTP, not TLS.',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'The other side speaks no TLS version that is accepted here.',
  ERR_SSL_NO_SHARED_CIPHER: 'The two sides have no cipher suite in common.',
  ERR_SSL_UNEXPECTED_EOF_WHILE_READING: 'The connection ended without a goodbye (close_notify).',
  ECONNRESET: 'The connection was cut.',
};

/**
 * OpenSSL numbers an alert that it was sent as 1000 plus its code and names it with the version that brought the alert:
 * SSLV3, TLSV1 or TLSV13, whatever version is spoken. Some of the names lack the word ALERT.
 */
const ALERT_CODE = /^ERR_SSL_(?:SSLV3|TLSV1|TLSV13)_(?:ALERT_)?([A-Z_]+)$/;

/** The alert's name in the registry's spelling when `code` means that the peer sent one; else null. */
export function alertNameIn(code: string): string | null {
  return ALERT_CODE.exec(code)?.[1]?.toLowerCase() ?? null;
}

/** One sentence for a code of Node or OpenSSL. */
export function wordsFor(code: string): string {
  const alert = alertNameIn(code);
  if (alert) return `The other side sent the alert ${alert}.`;
  return (
    VERIFY[code] ??
    NOTICED[code] ??
    `OpenSSL says: ${code
      .replace(/^ERR_SSL_/, '')
      .toLowerCase()
      .replaceAll('_', ' ')}.`
  );
}

/** The code of anything thrown or emitted, at most 80 characters. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code.slice(0, 80) : 'unknown';
}

export const isVerifyCode = (code: string): boolean => code in VERIFY;
