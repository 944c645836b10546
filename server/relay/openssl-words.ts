/** What `openssl s_server -brief` prints on its standard error, line by line, as reports. */
import { alertName } from '../../src/core/tls/names/names.ts';
import type { RelayReport } from './relay.ts';

/** A line that ends the connection, or says that the client was let in. */
export type Said = Exclude<RelayReport, { kind: 'key-log' | 'accepted' }> | { readonly kind: 'verified' };

const VERIFY_ERROR = /^verify error:num=(\d+):(.+)$/;
/** thread, number of the error, library, function, reason, place in the source, and the alert that came */
const ERROR = /^[0-9A-F]+:error:([0-9A-F]+):[^:]*:[^:]*:([^:]+):[^:]*:\d+:(?:SSL alert number (\d+))?/;
const NO_CERTIFICATE = 'peer did not return a certificate';

/** Null for a line that says nothing about the connection's fate. */
export function saidBy(line: string): Said | null {
  const verify = VERIFY_ERROR.exec(line);
  if (verify) return { kind: 'refused', code: `verify error:num=${verify[1]}`, text: sentence(verify[2] ?? '') };
  if (line === 'Verification: OK') return { kind: 'verified' };
  const [, code, reason = '', alert] = ERROR.exec(line) ?? [];
  if (code === undefined) return null;
  if (alert !== undefined) {
    const name = alertName(Number(alert));
    return { kind: 'told', code: `SSL alert number ${alert}`, text: `The other side sent the alert ${name}.` };
  }
  if (reason === NO_CERTIFICATE)
    return { kind: 'refused', code: `error:${code}`, text: 'The client sent no certificate.' };
  return { kind: 'fault', code: `error:${code}`, text: sentence(reason) };
}

/** OpenSSL's words as a sentence, as they are. */
function sentence(words: string): string {
  return `OpenSSL says: ${words.trim()}.`;
}
