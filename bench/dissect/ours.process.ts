/**
 * Dissects a capture as `trustwalk inspect` does, and looks whether every tree is whole. Prints what the dissecting took,
 * without the start of the process. A process of its own for each round: nothing is warm.
 */
import { readFileSync } from 'node:fs';
import { inspect } from '../../src/core/capture/inspection.ts';
import { readCapture } from '../../src/core/capture/read-capture.ts';
import type { Dissection, Field } from '../../src/core/tls/dissection.ts';
import { NATIVE } from '../../server/primitives.ts';
import type { Read } from './read.ts';

const [file = '', keyLogFile = ''] = process.argv.slice(2);
const startedAt = performance.now();
const capture = readCapture(readFileSync(file));
const keyLog = readFileSync(keyLogFile, 'latin1');
const read = {
  sessions: 0,
  finished: 0,
  finishedHolds: 0,
  signaturesHold: 0,
  leaves: 0,
  characters: 0,
  unexplained: 0,
};
let readingMs = 0;
for (const index of capture.connections.keys()) {
  const inspected = inspect(capture, index, keyLog, NATIVE);
  if (!inspected) continue;
  const before = performance.now();
  readAll(inspected.dissection);
  check(inspected.dissection);
  readingMs += performance.now() - before;
}
console.log(JSON.stringify({ ...read, ms: performance.now() - startedAt - readingMs } satisfies Read));

/** Signatures and Finished are recomputed, and bytes counted, when somebody asks. tshark does neither. */
function check({ verified: { certificateVerify, finished }, bytes }: Dissection): void {
  read.unexplained += bytes.total - bytes.explained;
  read.finishedHolds += [finished.client, finished.server].filter(({ holds }) => holds).length;
  read.signaturesHold += [certificateVerify.client, certificateVerify.server].filter(({ holds }) => holds).length;
}

/** All words of a tree stand there already: reading them shows that it is whole, and is not timed. */
function readAll({ records, messages, certificates }: Dissection): void {
  read.sessions += 1;
  read.finished += messages.filter(({ name }) => name === 'Finished').length;
  for (const { label, fields, opened } of records) {
    read.characters += label.length;
    readField(fields);
    if (opened) readField(opened);
  }
  for (const { subject, issuer, serial, sha256 } of [...certificates.client, ...certificates.server])
    read.characters += subject.length + issuer.length + serial.length + sha256.length;
}

function readField({ name, value, source, says, problem, children }: Field): void {
  read.characters += name.length + value.length + (source ?? '').length + (says ?? '').length + (problem ?? '').length;
  if (children.length === 0) read.leaves += 1;
  for (const child of children) readField(child);
}
