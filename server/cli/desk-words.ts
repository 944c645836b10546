/** Why a connection to the desk failed, in one sentence. Programs report codes; people read this. */
import { alertNameIn, isVerifyCode } from '../relay/reasons.ts';

interface Circumstances {
  readonly host: string;
  readonly port: number;
  readonly caPath: string;
  /** whether the desk had greeted: it had accepted the certificate */
  readonly hasGreeted: boolean;
}

/** @param error null: the other side closed without a word */
export function whyLost(
  error: NodeJS.ErrnoException | null,
  { host, port, caPath, hasGreeted }: Circumstances,
): string {
  const code = error?.code ?? '';
  const place = `${host}:${port}`;
  if (code === 'ECONNREFUSED') return `No desk listens on ${place}. Start one with: npm start`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `There is no host called ${host}.`;
  if (code === 'ETIMEDOUT' || code === 'EHOSTUNREACH' || code === 'ENETUNREACH') return `${place} does not answer.`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `The certificate of the desk does not name ${host}, so this is not the desk that was asked for.`;
  if (isVerifyCode(code))
    return `The certificate of the desk does not verify under ${caPath} (${code}), so nothing was sent to it.`;
  const alert = alertNameIn(code);
  if (alert !== null) return `The desk refused this client with the alert ${alert}.`;
  if (code.startsWith('ERR_SSL')) return `What listens on ${place} does not speak TLS as the desk does (${code}).`;
  if (hasGreeted) return 'The desk closed the connection.';
  return (
    'The desk hung up before its greeting: it did not accept this certificate. ' +
    'It takes those that its own CA has signed, that are valid now, and that were not revoked.'
  );
}

/** Why TLS could not even be started with these files. */
export function whyNotStarted(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH') return 'The key does not belong to the certificate.';
  const words = error instanceof Error ? error.message : String(error);
  return `The certificate, the key or the CA cannot be used (${code === '' ? words : code}).`;
}
