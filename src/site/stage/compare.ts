/** Two runs beside each other, TLS 1.2 and TLS 1.3: what each says, aligned by what it is for, and what it costs. */
import type { TlsVersion } from '$core/bridge/messages.ts';
import type { Run } from '$core/bridge/run.ts';
import type { Dissection, MessageView, RecordView, Side } from '$core/tls/dissection.ts';
import { dissectionOf } from '$core/world/outcome.ts';

/** In the order in which they stand. */
export const VERSIONS = ['1.2', '1.3'] as const satisfies readonly TlsVersion[];

/** A record that somebody has chosen to read. */
export interface Picked {
  readonly version: TlsVersion;
  readonly record: number;
}

/** A message, or a record that carries none, that serves a purpose. */
export interface Carrier {
  readonly name: string;
  readonly from: Side;
  /** its own, without the record around it */
  readonly bytes: number;
  readonly isReadable: boolean;
  /** index of the record in which it begins */
  readonly record: number;
}

export interface Cell {
  readonly carriers: readonly Carrier[];
  /** where the same is done, if no message of its own does it */
  readonly note: string | null;
}

export interface Purpose {
  readonly text: string;
  readonly cells: { readonly '1.2': Cell; readonly '1.3': Cell };
}

/** What one run cost, and what it showed. */
export interface Cost {
  /** flights that the client waits for before it may send data over a proved connection */
  readonly roundTrips: number;
  /** of all records up to then, headers included */
  readonly bytes: number;
  /** of these, in records that anybody can read */
  readonly readable: number;
  /** what of the certificates anybody can read */
  readonly shown: readonly Side[];
}

interface PurposeRow {
  readonly text: string;
  /** `side message` */
  readonly by: readonly string[];
  /** where a version does the same in another place */
  readonly notes?: Partial<Record<'1.2' | '1.3', string>>;
}

/** Every message that RFC 5246 and RFC 8446 have in a handshake serves one of these. */
const PURPOSES: readonly PurposeRow[] = [
  { text: 'The client says what it can do', by: ['client ClientHello'] },
  { text: 'The server wants another half of a key', by: ['server HelloRetryRequest'] },
  { text: 'The server chooses', by: ['server ServerHello'] },
  {
    text: 'Details',
    by: ['server EncryptedExtensions'],
    notes: { '1.2': 'in the hello, for everybody to read' },
  },
  { text: 'The server shows its certificate', by: ['server Certificate', 'server CertificateStatus'] },
  {
    text: 'The server proves that it has the key',
    by: ['server ServerKeyExchange', 'server CertificateVerify'],
  },
  { text: 'The server asks for a certificate', by: ['server CertificateRequest'] },
  { text: 'The server has no more to say', by: ['server ServerHelloDone'], notes: { '1.3': 'its Finished says so' } },
  { text: 'The client shows its certificate', by: ['client Certificate'] },
  {
    text: 'The client’s half of the key',
    by: ['client ClientKeyExchange'],
    notes: { '1.3': 'in its hello (key_share), before anybody asked' },
  },
  { text: 'The client proves that it has the key', by: ['client CertificateVerify'] },
  {
    text: 'From here on it is locked',
    by: ['client ChangeCipherSpec', 'server ChangeCipherSpec'],
    notes: { '1.3': 'says nothing any more: locked from the ServerHello on' },
  },
  { text: 'Both have heard the same', by: ['client Finished', 'server Finished'] },
  { text: 'A ticket for the next time', by: ['server NewSessionTicket'] },
  { text: 'New keys', by: ['client KeyUpdate', 'server KeyUpdate'] },
  { text: 'What it was made for', by: ['client Application data', 'server Application data'] },
  { text: 'An alert: goodbye, or why not', by: ['client alert', 'server alert'] },
];

/** The purposes that one of the runs serves; every message and alert of both is in one of them. */
export function purposesOf(runs: { readonly '1.2': Run; readonly '1.3': Run }): Purpose[] {
  const said = { '1.2': carriersOf(runs['1.2']), '1.3': carriersOf(runs['1.3']) };
  const known = new Set(PURPOSES.flatMap(({ by }) => by));
  const strange = [...said['1.2'], ...said['1.3']].map(({ key }) => key).filter((key) => !known.has(key));
  const rows = [...PURPOSES, ...(strange.length > 0 ? [{ text: 'Something else', by: [...new Set(strange)] }] : [])];
  const cell = (row: PurposeRow, version: '1.2' | '1.3'): Cell => {
    const carriers = said[version].filter(({ key }) => row.by.includes(key)).map(({ carrier }) => carrier);
    return { carriers, note: row.notes?.[version] ?? null };
  };
  return rows
    .map((row) => ({ text: row.text, cells: { '1.2': cell(row, '1.2'), '1.3': cell(row, '1.3') } }))
    .filter(({ cells }) => cells['1.2'].carriers.length + cells['1.3'].carriers.length > 0);
}

/** What a run cost until both its Finished had passed; null while they have not. */
export function costOf(run: Run): Cost | null {
  const seen = dissectionOf(run);
  const finished = seen.messages.filter(({ name }) => name === 'Finished');
  const [first, second] = finished.map(({ records }) => records.at(-1) ?? 0);
  if (first === undefined || second === undefined) return null;
  const handshake = seen.records.filter(({ index }) => index <= Math.max(first, second));
  const flights = handshake.filter(({ from }, at) => from === 'server' && handshake[at - 1]?.from !== 'server');
  const { certificates } = dissectionOf(run, 'eavesdropper');
  return {
    roundTrips: flights.length,
    bytes: total(handshake),
    readable: total(handshake.filter(({ protection }) => protection === 'clear')),
    shown: (['server', 'client'] as const).filter((side) => certificates[side].length > 0),
  };
}

const total = (records: readonly RecordView[]): number => records.reduce((sum, { length }) => sum + length, 0);

interface Said {
  /** `side message` */
  readonly key: string;
  readonly carrier: Carrier;
}

function carriersOf(run: Run): Said[] {
  const seen = dissectionOf(run);
  return [...seen.messages.map(ofMessage), ...seen.records.flatMap((record) => ofRecord(record, seen))].sort(
    (one, other) => one.carrier.record - other.carrier.record,
  );
}

function ofMessage({ from, name, length, encrypted, records }: MessageView): Said {
  const [record = 0] = records;
  return { key: `${from} ${name}`, carrier: { name, from, bytes: length, isReadable: !encrypted, record } };
}

const CHANGE_CIPHER_SPEC = 20;
const APPLICATION_DATA = 23;

/** What is no handshake message; a record that nobody here could open stays what its header says. */
function ofRecord(record: RecordView, { alerts }: Dissection): Said[] {
  const { index, from, length, label, protection, contentType, type, sealed } = record;
  const carrier = { from, bytes: length, isReadable: protection === 'clear', record: index };
  const alert = alerts.find((one) => one.record === index);
  if (alert) return [{ key: `${from} alert`, carrier: { ...carrier, name: alert.name } }];
  const kind = contentType ?? type;
  if (kind === CHANGE_CIPHER_SPEC) return [{ key: `${from} ChangeCipherSpec`, carrier: { ...carrier, name: label } }];
  if (kind === APPLICATION_DATA || sealed !== undefined)
    return [{ key: `${from} Application data`, carrier: { ...carrier, name: label } }];
  return [];
}
