/** A run as a story: one sentence for each thing that happened, told from what was on the wire and opened. */
import type { Run } from '$core/bridge/run.ts';
import type { Dissection, MessageView, Side } from '$core/tls/dissection.ts';
import { commonName, dissectionOf } from '$core/world/outcome.ts';
import { wireRows, type WireRow } from '$core/world/wire.ts';
import type { Selection } from '$site/ui/wire/sequence.ts';

export interface Sentence {
  readonly from: Side;
  /** what it stands for, and where to look */
  readonly selection: Selection;
  readonly text: string;
  /** it has not reached its reader */
  readonly isWaiting: boolean;
}

type Tell = (seen: Dissection, message: MessageView, run: Run) => string;

/** By message; the peer is called by its role, since nobody has proved a name before the end. */
const MESSAGES: Readonly<Record<string, Tell>> = {
  ClientHello: ({ serverName }) =>
    `“Hello${serverName === null ? '' : `, I am looking for ${serverName}`}. This is what I can do, and here is half of a key.”`,
  HelloRetryRequest: ({ group }) => `“I cannot use that half. Say it again${group === null ? '' : `, with ${group}`}.”`,
  ServerHello: ({ version, cipherSuite, resumed }) =>
    resumed
      ? `“I remember you. We take ${cipherSuite ?? 'the old suite'} again.”`
      : `“We take ${version ?? 'this version'} and ${cipherSuite ?? 'this suite'}. Here is my half of the key.”`,
  EncryptedExtensions: () => '“From here on nobody else can read us. A few details.”',
  CertificateRequest: () => '“I want to see a certificate of yours, too.”',
  Certificate: ({ certificates }, { from }) => {
    const [shown] = certificates[from];
    return shown ? `“I am ${commonName(shown.subject)}. Here is my certificate.”` : '“I have no certificate to show.”';
  },
  CertificateStatus: () => '“And here is a fresh proof that it has not been revoked.”',
  ServerKeyExchange: () => '“Here is my half of the key, signed by the key of my certificate.”',
  ServerHelloDone: () => '“That is all from me. Your turn.”',
  ClientKeyExchange: () => '“Here is my half of the key.”',
  CertificateVerify: () => '“I sign all that we have said. Only the key of my certificate can do that.”',
  Finished: () => '“This is what I heard, from the first word on. Did you hear the same?”',
  NewSessionTicket: () => '“Bring this ticket next time, and it will be shorter.”',
  KeyUpdate: () => '“From my next word on I use a new key.”',
  EndOfEarlyData: () => '“That was all of my early data.”',
};

/** The story so far, in the order in which things were said. */
export function storyOf(run: Run): Sentence[] {
  const seen = dissectionOf(run);
  return wireRows(run).flatMap((row) => told(row, seen, run));
}

function told(row: WireRow, seen: Dissection, run: Run): Sentence[] {
  const { tap, records } = row;
  const about = { from: tap.from, selection: { kind: 'record', index: tap.index }, isWaiting: 'held' in tap } as const;
  const isOf = (record: number) => records.some(({ index }) => index === record);
  const messages = seen.messages.filter((message) => isOf(message.records.at(-1) ?? -1));
  const alerts = seen.alerts.filter(({ record }) => isOf(record));
  const sentences = [
    ...messages.map((message) => MESSAGES[message.name]?.(seen, message, run) ?? `“${message.name}.”`),
    ...alerts.map(({ code, name }) => (code === 0 ? '“I am done. Goodbye.”' : `“No: ${name}.” Alert ${code}.`)),
  ];
  if (sentences.length > 0) return sentences.map((text) => ({ ...about, text }));
  return records.flatMap(({ contentType, sealed, label, length }) => {
    if (sealed !== undefined) return [{ ...about, text: `Says ${length} bytes that nobody here can open.` }];
    if (contentType === 23) return [{ ...about, text: spoken(seen, isOf) }];
    return label === 'ChangeCipherSpec' && run.version === '1.2'
      ? [{ ...about, text: '“From now on I lock what I say.”' }]
      : []; // in TLS 1.3 ChangeCipherSpec says nothing
  });
}

const SHOWN_CHARACTERS = 80;

/** What an application said, as far as a line takes it. */
function spoken({ applicationData }: Dissection, isOf: (record: number) => boolean): string {
  const bytes = applicationData.find(({ record }) => isOf(record))?.bytes ?? new Uint8Array();
  const text = new TextDecoder().decode(bytes).trim();
  const short = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
  return text === '' ? 'Says nothing, in a record of its own.' : `Says in the tunnel: ${short}`;
}
