import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packets, pcap } from '../src/core/capture/fixtures/build.ts';
import { Openssl } from '../tests/openssl.ts';
import type { Bench, Outcome } from './bench.ts';
import { KEY_KINDS, makeCorpus, type Corpus, type KeyKind } from './dissect/corpus.ts';
import type { Read } from './dissect/read.ts';
import * as tshark from './dissect/tshark.ts';
import { ownProcess } from './processes.ts';
import { interleaved } from './rounds.ts';

const SESSIONS = 1000;
const ROUNDS = 5;

/** Our whole dissection against the whole tree of `tshark -V`, on the same capture and key log. */
export const dissect: Bench = {
  says: `${SESSIONS} mutual handshakes decrypted and taken apart to the last byte, against tshark -V`,
  programs: ['tshark', 'openssl'],
  async run(tell) {
    const openssl = new Openssl();
    try {
      const outcomes: Outcome[] = [];
      for (const kind of KEY_KINDS) outcomes.push(...(await compare(openssl, kind, tell)));
      return outcomes;
    } finally {
      openssl.close();
    }
  },
};

async function compare(openssl: Openssl, kind: KeyKind, tell: (line: string) => void): Promise<Outcome[]> {
  const corpus = await makeCorpus(openssl, kind, SESSIONS);
  tell(`${kind}: ${SESSIONS} handshakes of Node's peers, ${Math.round(corpus.capture.length / SESSIONS)} bytes each`);
  const files = written(openssl, corpus);
  const emptyFiles = { ...files, capture: files.empty };
  let ours: Read | null = null;
  const rows = await interleaved(
    ROUNDS,
    {
      ours: async () => {
        ours = JSON.parse(await ownProcess('dissect/ours.process', [files.capture, files.keyLog])) as Read;
        return ours.ms;
      },
      tshark: () => tshark.wholeTree(files),
      start: () => tshark.wholeTree(emptyFiles),
    },
    (row, round) =>
      tell(
        `${kind}, round ${round + 1}: ours ${row.ours.toFixed(0)} ms, tshark -V ${row.tshark.toFixed(0)} ms of which ` +
          `${row.start.toFixed(0)} to start`,
      ),
  );
  const theirs = await tshark.finishedIn(files);
  return [
    {
      kind: 'measured',
      what: `${kind}: sessions a second, ours over tshark -V without its start`,
      unit: 'x',
      values: rows.map((row) => (row.tshark - row.start) / row.ours),
      bar: { atLeast: 1 },
      goal: 3,
    },
    ...(ours ? claims(kind, ours, theirs) : []),
  ];
}

function written(openssl: Openssl, { capture, keyLog }: Corpus) {
  const file = (name: string, content: string | Uint8Array): string => {
    writeFileSync(join(openssl.folder, name), content);
    return join(openssl.folder, name);
  };
  return {
    capture: file('sessions.pcap', capture),
    empty: file('empty.pcap', pcap(packets([]))),
    keyLog: file('keys.txt', keyLog),
  };
}

function claims(kind: KeyKind, ours: Read, theirs: number): Outcome[] {
  const { sessions, finished, finishedHolds, signaturesHold, unexplained, leaves } = ours;
  const two = 2 * SESSIONS;
  return [
    {
      kind: 'claim',
      what: `${kind}: Finished messages: ours ${finished}, of which ${finishedHolds} recomputed as equal; tshark ${theirs}`,
      holds: finished === two && finishedHolds === two && theirs === two,
    },
    {
      kind: 'claim',
      what: `${kind}: ${signaturesHold} signatures of ${sessions} sessions hold; ${leaves} leaves, ${unexplained} bytes unexplained`,
      holds: sessions === SESSIONS && signaturesHold === two && unexplained === 0,
    },
  ];
}
