/** The server shows who it is: from EncryptedExtensions to its Finished. RFC 8446 §4.3, §4.4 */
import { sameBytes } from '../../../bytes/reader.ts';
import type { Connection } from '../connection.ts';
import { refuse } from '../refusal.ts';
import type { Received } from '../checks/message.ts';
import { checkProof, chosenProtocol, claimOf, requestOf } from '../checks/proof.ts';
import type { Expecting, State } from '../state.ts';
import { APPLICATION_DATA } from '../wire/channel.ts';
import { ascii } from '../wire/encode.ts';
import { answer } from './own-proof.ts';

export function takeEncryptedExtensions(
  connection: Connection,
  { agreed }: Expecting<'EncryptedExtensions'>,
  received: Received,
): State {
  const alpn = chosenProtocol(received, agreed.offer);
  connection.transcript.add(received.bytes);
  if (connection.does('early-application-data')) connection.send(APPLICATION_DATA, ascii('too early'));
  const settled = { ...agreed, alpn, request: null };
  return agreed.isResumed ? { expect: 'Finished', settled } : { expect: 'Certificate', settled };
}

export function takeCertificateRequest(
  connection: Connection,
  { settled }: Expecting<'Certificate'>,
  received: Received,
): State {
  if (settled.request) refuse(10, 'The server asks for a second certificate.');
  const request = requestOf(received, settled.offer);
  connection.transcript.add(received.bytes);
  return { expect: 'Certificate', settled: { ...settled, request } };
}

export function takeCertificate(
  connection: Connection,
  { settled }: Expecting<'Certificate'>,
  received: Received,
): State {
  const claim = claimOf(received, settled.offer);
  connection.transcript.add(received.bytes);
  connection.put({ kind: 'judge', chain: claim.chain });
  return { expect: 'verdict', settled, claim };
}

export function takeVerdict(
  { settled, claim }: Expecting<'verdict'>,
  refusal: { readonly alert: number; readonly why: string } | null,
): State {
  if (refusal) refuse(refusal.alert, refusal.why);
  return { expect: 'CertificateVerify', settled, claim };
}

export function takeCertificateVerify(
  connection: Connection,
  { settled, claim }: Expecting<'CertificateVerify'>,
  received: Received,
): State {
  checkProof(received, claim, connection.digest(settled.suite));
  connection.transcript.add(received.bytes);
  return { expect: 'Finished', settled };
}

export function takeFinished(connection: Connection, { settled }: Expecting<'Finished'>, received: Received): State {
  const { suite, secrets } = settled;
  const verifyData = received.raw('verify_data');
  const expected = secrets.finished('server', connection.digest(suite));
  if (verifyData.length !== expected.length)
    refuse(50, `A Finished of ${verifyData.length} bytes came; ${expected.length} are due.`);
  if (!sameBytes(expected, verifyData)) refuse(51, "The server's Finished differs from ours.");
  connection.demandBoundary();
  connection.transcript.add(received.bytes);
  const application = secrets.afterFinished(connection.digest(suite), connection.log);
  connection.channel.incoming.use(suite, application.server);
  return answer(connection, settled, application);
}
