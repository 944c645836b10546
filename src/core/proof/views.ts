/**
 * The wire of a run as files show it. Where everything reached its reader as it was sent, there is one wire. Where the
 * tap changed something, or still holds something, there are two that differ: what the client sent and got, and what
 * the server got and sent. Neither is left out, and neither is made to look like the other.
 */
import { keyLogOf, viewOf, type Run } from '../bridge/run.ts';
import { joined, sameBytes } from '../bytes/reader.ts';
import type { End } from '../capture/capture.ts';
import type { Chunk, Side } from '../tls/dissection.ts';

export interface WireView {
  /** where one would have had to listen */
  readonly place: 'tap' | 'client-side' | 'server-side';
  readonly chunks: readonly Chunk[];
  /** text of a key-log file that opens these records */
  readonly keyLog: string;
  readonly ends: { readonly [S in Side]: End };
  readonly endedAt: { readonly [S in Side]: number | null };
}

const SIDES = ['client', 'server'] as const;

/** One view, or those of the client's and the server's side of the tap, in this order. */
export function viewsOf(run: Run): WireView[] {
  const ended = endsOf(run);
  const isOne = isUnchanged(run);
  if (isOne) return [{ place: 'tap', chunks: viewOf(run, 'wire'), keyLog: mergedKeyLog(run), ...ended }];
  return SIDES.map((side) => ({
    place: `${side}-side`,
    chunks: viewOf(run, side),
    keyLog: doKeysAgree(run) ? mergedKeyLog(run) : keyLogOf(run, side),
    ...ended,
  }));
}

/** Whether what each side sent is what reached the other, byte for byte and in the same order. */
export function isUnchanged(run: Run): boolean {
  const views = { client: viewOf(run, 'client'), server: viewOf(run, 'server') };
  return SIDES.every((from) => sameBytes(streamOf(views.client, from), streamOf(views.server, from)));
}

function streamOf(chunks: readonly Chunk[], side: Side): Uint8Array {
  return joined(chunks.filter(({ from }) => from === side).map(({ bytes }) => bytes));
}

const LINE = /^([A-Z0-9_]+ [0-9a-f]+) ([0-9a-f]+)$/i;

/** Whether no secret of one side has another value at the other: a changed hello makes them differ. */
export function doKeysAgree(run: Run): boolean {
  const known = new Map<string, string>();
  return run.keyLog.every(({ line }) => {
    const [, name = '', value = ''] = LINE.exec(line.trim().toLowerCase()) ?? [];
    const before = known.get(name);
    known.set(name, value);
    return before === undefined || before === value;
  });
}

/** The lines of both sides, each once: a server does not write down what it has not accepted, the client does. */
export function mergedKeyLog(run: Run): string {
  return [...new Set(keyLogOf(run, 'both').split('\n'))].join('\n');
}

/** How each side ended. Where the tap itself ended it there is no end of a side: the file's comment says so. */
function endsOf({ closes }: Run): Pick<WireView, 'ends' | 'endedAt'> {
  const closeOf = (side: Side) => closes.find(({ from, how }) => from === side && (how === 'FIN' || how === 'RST'));
  const [client, server] = [closeOf('client'), closeOf('server')];
  const how = (close: typeof client): End => (close?.how === 'FIN' || close?.how === 'RST' ? close.how : null);
  return {
    ends: { client: how(client), server: how(server) },
    endedAt: { client: client?.at ?? null, server: server?.at ?? null },
  };
}
