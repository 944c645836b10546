/** A run as JSON: what `trustwalk inspect --json` prints for its captures, and beside it what no capture holds. */
import type { Run } from '../bridge/run.ts';
import { toHex } from '../bytes/hex.ts';
import { toUtf8 } from '../bytes/utf8.ts';
import { connectionJson, fileProblems, inspect } from '../capture/inspection.ts';
import { printable } from '../capture/printable.ts';
import { readCapture } from '../capture/read-capture.ts';
import { outcomeOf } from '../world/outcome.ts';
import { capturesOf } from './capture.ts';
import { changesOf } from './changes.ts';
import type { Prediction, Proof, ProofFile } from './proof.ts';

const FORMAT = 1;

/**
 * `run.json`. `connections` and `problems` are those of the captures, in their order, read back from their bytes;
 * `trustwalk` has the rest: times in milliseconds from the run's start, bytes in lower-case hex.
 */
export function runJson({ run, predictions }: Pick<Proof, 'run' | 'predictions'>): ProofFile {
  const files = capturesOf(run);
  const inspected = files.map(({ path, bytes }) => ({ path, ...inspectedOf(bytes) }));
  const seen = inspected.filter(({ one }) => one !== null); // a hello that was changed may be no TLS any more
  const captures = inspected.map(({ path, one }) => {
    const connection = seen.findIndex((other) => other.one === one);
    return { file: path, connection: connection < 0 ? null : connection };
  });
  const all = {
    connections: seen.flatMap(({ one }) => (one ? [connectionJson(one)] : [])),
    problems: inspected.flatMap(({ problems, one }) => [
      ...problems,
      ...(one?.problems ?? []).map((problem) => ({ ...problem, connection: seen.findIndex((o) => o.one === one) })),
    ]),
    trustwalk: { format: FORMAT, captures, ...factsOf(run, predictions) },
  };
  return { path: 'run.json', bytes: toUtf8(printable(JSON.stringify(all))) };
}

function inspectedOf(bytes: Uint8Array) {
  const capture = readCapture(bytes);
  return { one: inspect(capture, 0, capture.keyLog), problems: fileProblems(capture) };
}

function factsOf(run: Run, predictions: readonly Prediction[]) {
  const { label, version, client, engine, serverName, startedAt } = run;
  const { lamps, noticedBy, at, reason, end, isOver, accepted } = outcomeOf(run);
  return {
    run: { label, version, client, server: engine, serverName, startedAt },
    tap: run.records.map(({ index, from, sentAt, at: passedAt, sent, delivered }) => ({
      ...{ record: index, from, sentAt, passedAt, sent: toHex(sent) },
      delivered: delivered === null ? null : toHex(delivered),
    })),
    held: run.held.map(({ index, from, at: since, held }) => ({ record: index, from, since, sent: toHex(held) })),
    changes: changesOf(run),
    events: run.events.map(({ at: when, side, name, code, text, peer }) => ({
      at: when,
      side,
      name,
      code,
      text,
      peer,
    })),
    closes: run.closes.map(({ at: when, from, how }) => ({ at: when, from, how })),
    heard: run.heard,
    outcome: {
      clientTrustsServer: lamps.client.kind,
      serverTrustsClient: lamps.server.kind,
      ...{ noticedBy, at, reason, endedFirst: end, isOver, accepted },
    },
    predictions,
  };
}
