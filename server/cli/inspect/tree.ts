/** A dissected connection as a tree of lines, for people. Every text of a peer passes through `printable`. */
import type { InspectedConnection, InspectionProblem } from '../../../src/core/capture/inspection.ts';
import { isMutual, outcomeOf } from '../../../src/core/capture/outcome.ts';
import { printable, quoted } from '../../../src/core/capture/printable.ts';
import type { CertificateView, Dissection, Field, RecordView, Verification } from '../../../src/core/tls/dissection.ts';

/** One line and what hangs from it. */
interface Node {
  readonly text: string;
  readonly style?: Style;
  readonly children?: readonly Node[];
}

const STYLES = { heading: 1, quiet: 2, client: 36, server: 35, good: 32, bad: 31 } as const;
type Style = keyof typeof STYLES;

/** What a screen still shows; `--json` has everything. */
const MOST = { records: 200, depth: 4, siblings: 24, characters: 160 } as const;

/** @param index position in the capture, from 0 */
export function* connectionLines(
  inspected: InspectedConnection,
  index: number,
  isColoured: boolean,
): Generator<string> {
  yield '';
  yield* lines(connectionNode(inspected, index), isColoured);
}

export function* problemLines(problems: readonly InspectionProblem[], isColoured: boolean): Generator<string> {
  if (problems.length === 0) return;
  yield '';
  yield* lines({ text: 'Problems of the file', style: 'heading', children: problems.map(problemNode) }, isColoured);
}

function* lines({ text, style, children = [] }: Node, isColoured: boolean, first = '', rest = ''): Generator<string> {
  const shown = printable(text);
  yield first + (isColoured && style ? `\u001b[${STYLES[style]}m${shown}\u001b[0m` : shown);
  for (const [index, child] of children.entries()) {
    const isLast = index === children.length - 1;
    yield* lines(child, isColoured, rest + (isLast ? '└─ ' : '├─ '), rest + (isLast ? '   ' : '│  '));
  }
}

function connectionNode({ connection, dissection, problems }: InspectedConnection, index: number): Node {
  const { client, server, startedAt, startTls } = connection;
  const places = `${client.address} port ${client.port} → ${server.address} port ${server.port}`;
  const children: Node[] = [
    { text: summary(dissection), style: OUTCOME_STYLES[outcomeOf(dissection)] },
    ...(startTls === null ? [] : [{ text: `after plaintext of ${startTls}` }]),
    ...group('Certificates', certificateNodes(dissection)),
    ...group('Recomputed', checkNodes(dissection)),
    ...group('Records', recordNodes(dissection)),
    ...group('Problems', problems.slice(0, MOST.records).map(problemNode)),
  ];
  const time = new Date(Math.min(startedAt, 8.64e15)).toISOString();
  return { text: `Connection ${index + 1}: ${places}, ${time}`, style: 'heading', children };
}

const OUTCOME_STYLES = { established: 'good', refused: 'bad', incomplete: 'quiet' } as const;

function summary(dissection: Dissection): string {
  const { version, cipherSuite, group: keyGroup, serverName, alpn, resumed } = dissection;
  const parts = [version ?? 'version not agreed', cipherSuite, keyGroup, isMutual(dissection) ? 'mutual' : null];
  const names = [serverName && `server name ${serverName}`, alpn && `protocol ${alpn}`, resumed ? 'resumed' : null];
  return `${outcomeOf(dissection)}: ${[...parts, ...names].filter(Boolean).join(', ')}`;
}

function group(text: string, children: readonly Node[]): Node[] {
  return children.length === 0 ? [] : [{ text, style: 'heading', children }];
}

function certificateNodes({ certificates }: Dissection): Node[] {
  return (['client', 'server'] as const).flatMap((side) =>
    certificates[side].map((certificate) => ({ text: `${side}: ${certificateText(certificate)}`, style: side })),
  );
}

function certificateText({ subject, issuer, serial, notBefore, notAfter }: CertificateView): string {
  return `${subject}, serial ${serial}, issued by ${issuer}, ${notBefore} to ${notAfter}`;
}

function checkNodes({ verified }: Dissection): Node[] {
  const rows = [
    ['CertificateVerify of the client', verified.certificateVerify.client],
    ['CertificateVerify of the server', verified.certificateVerify.server],
    ['Finished of the client', verified.finished.client],
    ['Finished of the server', verified.finished.server],
  ] as const;
  return rows.map(([name, check]) => ({ text: `${name}: ${verdict(check)}`, ...styleOf(check) }));
}

function verdict({ holds, why }: Verification): string {
  return `${holds === null ? 'not determinable' : holds ? 'right' : 'wrong'}. ${why}`;
}

function styleOf({ holds }: Verification): { readonly style: Style } {
  return { style: holds === null ? 'quiet' : holds ? 'good' : 'bad' };
}

function recordNodes(dissection: Dissection): Node[] {
  const nodes = dissection.records.slice(0, MOST.records).map((record) => recordNode(record, dissection));
  return [...nodes, ...more(dissection.records.length, MOST.records, 'records; --json lists them')];
}

function recordNode(record: RecordView, { applicationData }: Dissection): Node {
  const { index, from, at, label, length, protection, plaintext, sealed, unread } = record;
  const state = protection === 'clear' ? 'in clear' : plaintext === null ? 'sealed' : `opened, ${protection} keys`;
  const text = `${at.toFixed(3)} ms  ${from.padEnd(6)}  ${label}, ${length} bytes, ${state}`;
  const data = applicationData.find((one) => one.record === index);
  const notes = [sealed, unread].flatMap((note) =>
    note === undefined ? [] : [{ text: note, style: 'quiet' as const }],
  );
  if (data) return { text, style: from, children: [...notes, { text: quoted(data.bytes, MOST.characters) }] };
  const tree = plaintext === null ? (protection === 'clear' ? record.fields : null) : record.opened;
  return { text, style: from, children: [...notes, ...(tree ? fieldNodes(tree, MOST.depth) : [])] };
}

function fieldNodes({ children }: Field, depth: number): Node[] {
  if (depth === 0 || isOneValue(children)) return [];
  const nodes = children.slice(0, MOST.siblings).map((child) => fieldNode(child, depth));
  return [...nodes, ...more(children.length, MOST.siblings, 'fields')];
}

function fieldNode(field: Field, depth: number): Node {
  const { name, value, problem } = field;
  const short = value.length > MOST.characters ? `${value.slice(0, MOST.characters)} …` : value;
  const text = [name, short].filter((part) => part !== '').join(': ');
  const children = fieldNodes(field, depth - 1);
  return problem ? { text: `${text} (${problem})`, style: 'bad', children } : { text, children };
}

/** A length and what has it: the line above says both. */
function isOneValue([length, value, ...rest]: readonly Field[]): boolean {
  return length?.name === 'length' && rest.length === 0 && (value?.children.length ?? 0) === 0;
}

function more(count: number, most: number, what: string): Node[] {
  return count > most ? [{ text: `… ${count - most} more ${what}`, style: 'quiet' }] : [];
}

function problemNode({ connection, at, text }: InspectionProblem): Node {
  const place = at === null ? '' : connection === null ? `Packet ${at}: ` : `Record ${at}: `;
  return { text: place + text, style: 'bad' };
}
