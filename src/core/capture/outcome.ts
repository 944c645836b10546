/** How a connection went, as far as its bytes tell. */
import type { AlertView, Dissection, RecordView, Side } from '../tls/dissection.ts';

export type Outcome = 'established' | 'refused' | 'incomplete';

const HANDSHAKE = 22;
const APPLICATION_DATA = 23;
/** close_notify and user_canceled: the only alerts of TLS 1.3 that are no errors (RFC 8446 §6) */
const CLOSURES: ReadonlySet<number> = new Set([0, 90]);
/** header, a Finished over SHA-256, its content type, the tag: no alert is as long */
const SEALED_FINISHED_BYTES = 5 + 36 + 1 + 16;

/**
 * `established`: both sides sent Finished, and the other did not answer with an error. `refused`: a fatal alert ended
 * the handshake. `incomplete`: anything else, also where sealed records leave it open. In TLS 1.3 a client is done
 * before the server has judged it: an alert after both Finished refuses, unless the server had gone on before.
 */
export function outcomeOf(dissection: Dissection): Outcome {
  const { version, alerts } = dissection;
  const isTls13 = version === 'TLS 1.3';
  const fatal = alerts.find((alert) => isFatal(alert, isTls13));
  const client = finishedAt(dissection, 'client', isTls13);
  const server = finishedAt(dissection, 'server', isTls13);
  if (client === null || server === null) return fatal ? 'refused' : 'incomplete';
  if (!isTls13 || wentOn(dissection, client)) return 'established';
  if (fatal) return 'refused';
  // A sealed record of an alert's size may be the refusal.
  const isOpen = dissection.records.every(
    ({ index, protection, plaintext }) => index < client || protection === 'clear' || plaintext !== null,
  );
  return isOpen ? 'established' : 'incomplete';
}

/** Whether both sides showed a certificate and the client proved that the key is its own. */
export function isMutual({ certificates, messages, verified }: Dissection): boolean {
  const proved = messages.some(({ from, name }) => from === 'client' && name === 'CertificateVerify');
  const shown = certificates.client.length > 0 && certificates.server.length > 0;
  return shown && proved && verified.certificateVerify.client.holds !== false;
}

function isFatal({ level, code }: AlertView, isTls13: boolean): boolean {
  return isTls13 ? !CLOSURES.has(code) : level === 2;
}

/** Index of the record with a side's Finished, or of the sealed one that must hold it; null where there is none. */
function finishedAt({ messages, records }: Dissection, side: Side, isTls13: boolean): number | null {
  const message = messages.find(({ from, name }) => from === side && name === 'Finished');
  if (message) return message.records.at(-1) ?? null;
  const sealed = records.find((record) => record.from === side && isSealedFinished(record, isTls13));
  return sealed?.index ?? null;
}

function isSealedFinished({ type, protection, plaintext, length }: RecordView, isTls13: boolean): boolean {
  if (protection === 'clear' || protection === 'early' || plaintext !== null) return false;
  return isTls13 ? type === APPLICATION_DATA && length >= SEALED_FINISHED_BYTES : type === HANDSHAKE;
}

/** Whether the server sent more than an alert after the client's Finished: it had accepted it. */
function wentOn({ records }: Dissection, finished: number): boolean {
  return records.some(({ index, from, type, contentType, length, protection, plaintext }) => {
    if (index <= finished || from !== 'server' || protection === 'clear') return false;
    if (plaintext === null) return type === APPLICATION_DATA && length >= SEALED_FINISHED_BYTES;
    return contentType === HANDSHAKE || contentType === APPLICATION_DATA;
  });
}
