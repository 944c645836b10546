import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LogOutcome, LogOwner, type LogQuery } from '../../src/core/bridge/log.ts';
import { counted } from '../../src/core/bytes/counted.ts';
import { printable } from '../../src/core/capture/printable.ts';
import { LOG_FILE, type LogEntry, readBook } from '../log/book.ts';
import { captureOf, pcapngOf } from '../log/captured.ts';
import { LOG_LIMITS } from '../log/limits.ts';
import { DEFAULT_OPTIONS } from '../options.ts';
import { StartError } from '../start-error.ts';
import { endWithReader, printJson, printTree, safeJson } from './inspect/print.ts';
import { rowJson, rowLines, wordLines } from './log/rows.ts';
import { type Command, type Terminal, UsageError, readOptions } from './usage.ts';

const HELP = `trustwalk log: the connections of the order desk and of the learners, while the server runs or afterwards.

  trustwalk log list [options]              the newest first
  trustwalk log show ID [--json]            takes one apart, as inspect does
  trustwalk log export ID -o FILE.pcapng    writes it as a capture with its secrets

  --search TEXT     words, all of which must be found: an address, a name, a serial number, an alert, "tls 1.2"
  --outcome WORD    established, refused, incomplete, or open: more may come
  --tls VERSION     1.2 or 1.3
  --whose WORD      desk: of the order desk's port; learner: of the lessons
  --limit N         at most N of them (50)
  --json            prints JSON for programs
  -o, --output FILE where the capture goes; - is standard output
  --force           replaces a file that is there
  --data DIR        the folder that the server was given (.data)

The log keeps the last ${counted(LOG_LIMITS.connections, 'connection')}, up to ${LOG_LIMITS.storedBytes / 1024 / 1024} MB. \
An exported file can be read by whoever has it.

Exit status: 0 done; 1 there is no such connection or no log, or the file cannot be written; 2 wrong usage.`;

const LIST = 50;
/** The book answers in pages. */
const PAGE = 500;

export const log: Command = {
  says: 'lists, shows and exports logged connections',
  help: HELP,
  async run(args, terminal) {
    const [action, ...rest] = args;
    endWithReader();
    switch (action) {
      case 'list':
        return list(rest, terminal);
      case 'show':
        return show(rest, terminal);
      case 'export':
        return exportTo(rest, terminal);
      default:
        throw new UsageError(
          action === undefined ? 'log takes list, show or export' : `log has no "${action}". See: trustwalk log --help`,
        );
    }
  },
};

const DATA = { type: 'string', default: DEFAULT_OPTIONS.data } as const;

function list(args: string[], { out }: Terminal): number {
  const { values } = readOptions('log', args, {
    data: DATA,
    search: { type: 'string', default: '' },
    outcome: { type: 'string' },
    tls: { type: 'string' },
    whose: { type: 'string' },
    limit: { type: 'string', default: String(LIST) },
    json: { type: 'boolean', default: false },
  });
  const version = oneOf('--tls', ['1.2', '1.3'] as const, values.tls);
  const query: LogQuery = {
    text: values.search,
    outcome: oneOf('--outcome', [...LogOutcome.options, 'open'] as const, values.outcome),
    version: version === null ? null : `TLS ${version}`,
    whose: oneOf('--whose', LogOwner.options, values.whose),
  };
  const limit = /^\d{1,9}$/.test(values.limit) ? Number(values.limit) : NaN;
  if (!(limit >= 1)) throw new UsageError(`--limit takes a number from 1, not "${values.limit}".`);
  const book = readBook(join(values.data, LOG_FILE));
  try {
    const rows = [];
    let page = book.list({ query, upTo: null, offset: 0, most: Math.min(PAGE, limit) }, { kind: 'machine' });
    const { upTo, matching, counts } = page;
    while (page.rows.length > 0) {
      rows.push(...page.rows);
      const most = Math.min(PAGE, limit - rows.length);
      if (most <= 0) break;
      page = book.list({ query, upTo, offset: rows.length, most }, { kind: 'machine' });
    }
    if (values.json) out(safeJson({ connections: rows.map(rowJson), matching, total: counts.total }));
    else {
      for (const line of rowLines(rows)) out(line);
      out(countWords(rows.length, matching, counts.total));
    }
    return 0;
  } finally {
    book.close();
  }
}

function countWords(shown: number, matching: number, total: number): string {
  if (total === 0) return 'The log is empty. Connect to the order desk, and it is not.';
  const fit = matching === total ? `${total} connections` : `${matching} of ${total} connections fit`;
  return shown < matching ? `${fit}; the newest ${shown} are listed (--limit)` : fit;
}

function show(args: string[], terminal: Terminal): number {
  const { values, words } = readOptions('log', args, { data: DATA, json: { type: 'boolean', default: false } }, 1);
  const { row, draft } = entryOf('show', words[0], values.data);
  const capture = captureOf(draft);
  if (!capture.ok) throw new StartError(capture.error.why);
  const { keyLog } = capture.value;
  if (values.json) printJson(capture.value, keyLog, terminal);
  else {
    for (const line of rowLines([row])) terminal.out(line);
    for (const line of wordLines(row, draft.words)) terminal.out(line);
    printTree(capture.value, keyLog, terminal);
  }
  return 0;
}

function exportTo(args: string[], { error }: Terminal): number {
  const { values, words } = readOptions(
    'log',
    args,
    { data: DATA, output: { type: 'string', short: 'o' }, force: { type: 'boolean', default: false } },
    1,
  );
  const { output } = values;
  if (output === undefined) throw new UsageError('export takes a file: trustwalk log export ID -o FILE.pcapng');
  const { row, draft } = entryOf('export', words[0], values.data);
  const file = pcapngOf(draft);
  if (!file.ok) throw new StartError(file.error.why);
  if (output === '-') {
    process.stdout.write(file.value);
    return 0;
  }
  try {
    // As secret as the log it comes from.
    writeFileSync(output, file.value, { mode: 0o600, flag: values.force ? 'w' : 'wx' });
  } catch (failure) {
    throw new StartError(printable(whyNotWritten(output, failure)));
  }
  error(printable(`Connection ${row.id} is in ${output}, with its secrets: whoever has the file can read it.`));
  return 0;
}

function whyNotWritten(file: string, failure: unknown): string {
  const code = failure instanceof Error && 'code' in failure ? String(failure.code) : 'unknown';
  if (code === 'EEXIST') return `${file} is there already. Give another name, or --force to replace it.`;
  return `${file} cannot be written (${code}).`;
}

function entryOf(action: string, word: string | undefined, data: string): LogEntry {
  const id = /^\d{1,15}$/.test(word ?? '') ? Number(word) : NaN;
  if (!(id >= 1)) throw new UsageError(`${action} takes the number of a connection. See: trustwalk log list`);
  const book = readBook(join(data, LOG_FILE));
  try {
    const entry = book.entry(id, { kind: 'machine' });
    if (entry === null) throw new StartError(`there is no connection ${id} in the log. See: trustwalk log list`);
    return entry;
  } finally {
    book.close();
  }
}

function oneOf<Word extends string>(option: string, words: readonly Word[], given: string | undefined): Word | null {
  if (given === undefined) return null;
  const found = words.find((word) => word === given);
  if (found !== undefined) return found;
  throw new UsageError(`${option} takes ${words.slice(0, -1).join(', ')} or ${words.at(-1)}, not "${given}".`);
}
