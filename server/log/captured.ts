/** A connection of the log as one of a capture, so that everything that reads captures reads it too. */
import { decodeRecords } from '../../src/core/bridge/frames.ts';
import type { TapRecord } from '../../src/core/bridge/run.ts';
import { done, type Refusal, type Result } from '../../src/core/bytes/result.ts';
import type { Capture, CapturedConnection, End } from '../../src/core/capture/capture.ts';
import { readCapture } from '../../src/core/capture/read-capture.ts';
import { writePcapng } from '../../src/core/capture/write-pcapng.ts';
import type { Side } from '../../src/core/tls/dissection.ts';
import type { Draft } from './draft.ts';

/** What passed the tap, in its order. */
export function recordsOf({ frame }: Pick<Draft, 'frame'>): readonly TapRecord[] {
  const read = decodeRecords(frame);
  if (read.kind === 'refused') throw new Error(`A connection of the log is damaged. ${read.text}`);
  return read.records.filter((record) => 'sent' in record);
}

/** What reached each side; where the tap changed something, the changed bytes. @param records as `recordsOf` reads them */
export function capturedOf(draft: Draft, records = recordsOf(draft)): CapturedConnection {
  const { client, server, startedAt } = draft;
  const chunks = records.flatMap(({ from, at, sent, delivered }) => {
    const bytes = delivered ?? sent;
    return bytes.length === 0 ? [] : [{ from, at, bytes }];
  });
  const closeOf = (side: Side) => draft.closes.find(({ from }) => from === side);
  return {
    ...{ client, server, startedAt, chunks, startTls: null, problems: [] },
    before: { client: 0, server: 0 },
    ends: { client: endOf(closeOf('client')?.how), server: endOf(closeOf('server')?.how) },
    endedAt: { client: closeOf('client')?.at ?? null, server: closeOf('server')?.at ?? null },
  };
}

/** What the tap did to a side is no end of that side's own. */
function endOf(how: Draft['closes'][number]['how'] | undefined): End {
  return how === 'FIN' || how === 'RST' ? how : null;
}

/** The key log of both sides; what both have written stands there once. */
export function keyLogOf({ keyLog }: Pick<Draft, 'keyLog'>): string {
  return [...new Set(keyLog.map(({ line }) => `${line.trim()}\n`))].join('');
}

/** The connection as a pcapng file with its secrets. Refused where an address or a time is none. */
export function pcapngOf(draft: Draft): Result<Uint8Array, Refusal<'badAddress' | 'badTime'>> {
  const { chunks, client, server, startedAt, ends } = capturedOf(draft);
  const comment = `Connection ${draft.id} of the handshake log.`;
  return writePcapng({ chunks, client, server, startedAt, ends, keyLog: keyLogOf(draft), comment });
}

/** The capture that {@link pcapngOf} writes, as it is read again. */
export function captureOf(draft: Draft): Result<Capture, Refusal<'badAddress' | 'badTime'>> {
  const file = pcapngOf(draft);
  return file.ok ? done(readCapture(file.value)) : file;
}
