/** The client shows who it is, if it was asked, and finishes. RFC 8446 §4.4. What it can do wrong on purpose is here. */
import { concat } from '../../../bytes/reader.ts';
import { signedContent13 } from '../../verify/content.ts';
import type { Connection } from '../connection.ts';
import type { ApplicationSecrets } from '../secrets.ts';
import type { Request } from '../checks/proof.ts';
import type { Connected, Expecting, Settled, State } from '../state.ts';
import { APPLICATION_DATA } from '../wire/channel.ts';
import { ascii, message, u16, vec16, vec24, vec8 } from '../wire/encode.ts';

/** The own certificate, if the server wants one, and what has to be signed. */
export function answer(connection: Connection, settled: Settled, application: ApplicationSecrets): State {
  if (!settled.request || connection.does('no-certificate-message')) return finish(connection, settled, application);
  const shown = shownIdentity(connection, settled.request);
  const list = shown ? shown.chain.map((der) => concat(vec24(der), vec16())) : [];
  connection.say(message(11, vec8(), vec24(...list))); // the context is empty as in the request, §4.3.2
  if (!shown || connection.does('no-certificate-verify')) return finish(connection, settled, application);
  const { scheme } = shown;
  const transcript = connection.digest(settled.suite);
  const signed = connection.does('reused-signature') ? transcript.map(() => 0) : transcript;
  connection.put({ kind: 'sign', scheme, content: signedContent13('client', signed) });
  return { expect: 'signature', settled, application, scheme };
}

/** The chain to show, and how to prove it; null where there is none that the server can check. RFC 8446 §4.4.2 */
function shownIdentity(connection: Connection, request: Request) {
  const { identity } = connection.options;
  const scheme = identity?.schemes.find((own) => request.schemes.includes(own));
  if (!identity || identity.chain.length === 0 || scheme === undefined) return null;
  return connection.does('empty-certificate') ? null : { chain: identity.chain, scheme };
}

export function takeSignature(
  connection: Connection,
  { settled, application, scheme }: Expecting<'signature'>,
  signature: Uint8Array,
): State {
  const sent = connection.does('wrong-signature') ? spoilt(signature) : signature;
  const verify = message(15, u16(scheme), vec16(sent));
  connection.say(verify);
  if (connection.does('duplicate-certificate-verify')) connection.say(verify);
  return finish(connection, settled, application);
}

function finish(connection: Connection, settled: Settled, application: ApplicationSecrets): Connected {
  const { suite, secrets, alpn, isResumed } = settled;
  const verifyData = secrets.finished('client', connection.digest(suite));
  if (connection.does('no-finished')) connection.send(APPLICATION_DATA, ascii('where Finished is due'));
  else connection.say(message(20, connection.does('wrong-finished') ? spoilt(verifyData) : verifyData));
  connection.channel.outgoing.use(suite, application.client);
  connection.put({ kind: 'connected', suite: suite.code, alpn, resumed: isResumed });
  return { expect: 'anything', suite, ticketKey: application.ticketKeys(connection.digest(suite)), open: 'both' };
}

const spoilt = (bytes: Uint8Array): Uint8Array =>
  bytes.map((byte, index) => (index === bytes.length - 1 ? byte ^ 1 : byte));
