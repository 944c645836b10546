/** Rows of the handshake log on a terminal. What a peer chose passes through `printable`. */
import type { LogRow, LogWord } from '../../../src/core/bridge/log.ts';
import type { Endpoint } from '../../../src/core/capture/capture.ts';
import { printable } from '../../../src/core/capture/printable.ts';

const HEAD = ['ID', 'TIME', 'PEER', 'VERSION', 'SUITE', 'CLIENT', 'SERVER', 'OUTCOME'] as const;
/** A subject may be as long as its owner likes. */
const MOST_CHARACTERS = 34;

/** A table, one line a connection; its first line names the columns. Nothing for no rows. */
export function rowLines(rows: readonly LogRow[]): string[] {
  if (rows.length === 0) return [];
  const cells = [HEAD, ...rows.map(cellsOf)];
  const widths = HEAD.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function cellsOf(row: LogRow): readonly string[] {
  const { id, startedAt, client, version, cipherSuite, subjects, whose, label } = row;
  return [
    String(id),
    new Date(startedAt).toISOString(),
    `${placeOf(client)}${whose === 'learner' ? ` ${label}` : ''}`,
    version ?? '-',
    cipherSuite ?? '-',
    ...[subjects.client, subjects.server].map((subject) => cut(printable(subject ?? '-'))),
    outcomeOf(row),
  ];
}

function outcomeOf({ outcome, alert, silentEnd, isOpen, reason }: LogRow): string {
  const told = alert ? `alert ${alert.code} ${alert.name}` : silentEnd && `the ${silentEnd} closed without an alert`;
  const parts = [isOpen && outcome === 'incomplete' ? 'going on' : outcome, isOpen ? 'open' : null, told];
  const why = outcome === 'established' || reason === null ? '' : ` (${printable(reason)})`;
  return parts.filter(Boolean).join(', ') + why;
}

/** What the two programs said that stood in no record. */
export function wordLines({ changed, isCut }: LogRow, words: readonly LogWord[]): string[] {
  const lines = words.map(({ side, code, text }) => `  ${side}: ${text}${code === null ? '' : ` [${code}]`}`);
  if (changed > 0)
    lines.push(`  tap: ${changed} of the records were changed on their way; below is what was delivered`);
  if (isCut) lines.push('  log: more passed than is kept; below is the beginning');
  return lines.length === 0 ? [] : ['Said by the programs, not on the wire:', ...lines.map(printable)];
}

/** What `log list --json` prints of a connection; times are ISO 8601 in UTC, null is: did not come to that. */
export function rowJson(row: LogRow) {
  const { id, whose, label, startedAt, isOpen, client, server, subjects, serials } = row;
  const { version, cipherSuite, serverName, resumed, mutual, outcome, alert, silentEnd, reason } = row;
  const certificate = (side: 'client' | 'server') =>
    subjects[side] === null ? null : { subject: subjects[side], serial: serials[side] };
  return {
    ...{ id, time: new Date(startedAt).toISOString(), whose, label, open: isOpen, client, server },
    ...{ version, cipherSuite, serverName, resumed, mutual, outcome, alert, silentEnd, reason },
    certificates: { client: certificate('client'), server: certificate('server') },
    ...{ records: row.records, bytes: row.bytes, changed: row.changed, cut: row.isCut },
  };
}

function placeOf({ address, port }: Endpoint): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}

function cut(text: string): string {
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS - 1)}…` : text;
}
