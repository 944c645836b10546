/** What a client demands of ServerHello and HelloRetryRequest before it goes on. Each check ends in a refusal. */
import { concat, sameBytes } from '../../../bytes/reader.ts';
import { suiteOf, type Suite } from '../../names/suites.ts';
import { GROUP_CODES, sharedSecret } from '../hello/key-share.ts';
import { hashOf } from '../hello/tickets.ts';
import type { GroupName } from '../options.ts';
import { refuse } from '../refusal.ts';
import type { Offer } from '../state.ts';
import { ascii, u8 } from '../wire/encode.ts';
import { checkExtensions, typesIn } from './extensions.ts';
import type { Received } from './message.ts';

const TLS13 = 0x0304;
const [PRE_SHARED_KEY, SUPPORTED_VERSIONS, COOKIE, KEY_SHARE] = [41, 43, 44, 51];
const SESSION_ID_BYTES = 32;

/** What both have in common: version, suite, session id, compression. RFC 8446 §4.1.3, §4.1.4 */
export function agreedSuite(hello: Received, { suites, sessionId, retried }: Offer): Suite {
  checkVersion(hello, retried !== null);
  const echo = hello.raw('legacy_session_id_echo', 'id');
  if (echo.length > SESSION_ID_BYTES) refuse(50, 'A session id has 32 bytes at most.');
  if (!sameBytes(echo, sessionId)) refuse(47, 'The session id is not the one that was sent.');
  const code = hello.number('cipher_suite') ?? 0;
  const suite = suites.includes(code) ? suiteOf(code) : null;
  if (!suite?.isTls13) return refuse(47, 'The cipher suite was not on offer.');
  if (retried && retried.code !== code) refuse(47, 'The cipher suite is not the one of the HelloRetryRequest.');
  if (hello.number('legacy_compression_method') !== 0) refuse(47, 'Compression was not on offer.');
  return suite;
}

/** RFC 8446 §4.2.1: supported_versions decides, and without it an older version was chosen. */
function checkVersion(hello: Received, isRetried: boolean): void {
  if (typesIn(hello).has(SUPPORTED_VERSIONS)) {
    const chosen = hello.raw('extensions', 'supported_versions').subarray(4);
    if (chosen.length !== 2) refuse(50, 'The extension supported_versions is malformed.');
    if (hello.number('extensions', 'supported_versions', 'selected_version') === TLS13) return;
    refuse(47, 'The server chose a version that was not on offer.');
  }
  if (warnsOfDowngrade(hello.raw('random'))) refuse(47, 'Somebody forced an older version of TLS.');
  if (isRetried) refuse(47, 'The server changed the version after its HelloRetryRequest.');
  refuse(70, 'The server does not speak TLS 1.3.');
}

/** The last eight bytes of ServerHello.random that warn of a forced older version, RFC 8446 §4.1.3. */
const warnsOfDowngrade = (random: Uint8Array): boolean =>
  [0, 1].some((last) => sameBytes(random.subarray(24), concat(ascii('DOWNGRD'), u8(last))));

/** What a HelloRetryRequest asks for: a share of another group, a cookie given back, or both. RFC 8446 §4.1.4 */
export interface Retry {
  readonly group: GroupName | null;
  readonly cookie: Uint8Array | null;
}

export function retryOf(hello: Received, { extensions: offered, groups, shares }: Offer): Retry {
  const types = checkExtensions(hello, 'HelloRetryRequest', offered);
  const cookie = types.has(COOKIE) ? hello.raw('extensions', 'cookie', 'cookie').subarray(2) : null;
  if (!types.has(KEY_SHARE)) {
    if (!cookie) refuse(47, 'The server asks again, and for nothing new.');
    return { group: null, cookie };
  }
  const code = hello.number('extensions', 'key_share', 'selected_group');
  const group = groups.find((name) => GROUP_CODES[name] === code);
  if (!group) return refuse(47, 'The server asks for a group that was not on offer.');
  if (shares.some((share) => share.group === group)) refuse(47, 'The server asks for a share that it has.');
  return { group, cookie };
}

/** The secrets that a ServerHello agrees on. */
export interface Agreement {
  readonly ecdhe: Uint8Array;
  /** of the ticket, where the server took it */
  readonly psk: Uint8Array | null;
}

/** RFC 8446 §4.2.8, §4.2.11 */
export function agreement(hello: Received, offer: Offer, suite: Suite): Agreement {
  const types = checkExtensions(hello, 'ServerHello', offer.extensions);
  const psk = types.has(PRE_SHARED_KEY) ? takenPsk(hello, offer, suite) : null;
  // With a pre-shared key only psk_dhe_ke is on offer: a share that is missing is a wrong choice, §4.2.11.
  if (!types.has(KEY_SHARE)) refuse(psk ? 47 : 109, 'The server sent no key share.');
  const code = hello.number('extensions', 'key_share', 'KeyShareEntry', 'group');
  const share = offer.shares.find(({ group }) => GROUP_CODES[group] === code);
  if (!share) return refuse(47, 'The key share of the server is of a group that has none of ours.');
  const peer = hello.raw('extensions', 'key_share', 'KeyShareEntry', 'key_exchange', 'key');
  const ecdhe = sharedSecret(share, peer) ?? refuse(47, `The key share of the server is no key of ${share.group}.`);
  return { ecdhe, psk };
}

function takenPsk(hello: Received, { ticket }: Offer, suite: Suite): Uint8Array {
  const index = hello.number('extensions', 'pre_shared_key', 'selected_identity');
  if (!ticket || index !== 0) return refuse(47, 'The server took a ticket that was not on offer.');
  if (hashOf(ticket) !== suite.hash) refuse(47, 'The server took a ticket whose hash is not the one of the suite.');
  return ticket.psk;
}
