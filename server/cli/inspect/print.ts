/** A capture, inspected, on a terminal: as a tree for people, as JSON for programs. */
import type { Capture } from '../../../src/core/capture/capture.ts';
import { connectionJson, fileProblems, inspect, type InspectionProblem } from '../../../src/core/capture/inspection.ts';
import { printable } from '../../../src/core/capture/printable.ts';
import { NATIVE } from '../../primitives.ts';
import type { Terminal } from '../usage.ts';
import { connectionLines, problemLines } from './tree.ts';

/** One connection at a time: dissections of all of them at once would not fit. */
export function printJson(capture: Capture, keyLog: string, { out }: Terminal): void {
  const problems: InspectionProblem[] = fileProblems(capture);
  out('{"connections":[');
  for (const index of capture.connections.keys()) {
    const inspected = inspect(capture, index, keyLog, NATIVE);
    if (!inspected) continue;
    out((index === 0 ? '' : ',') + safeJson(connectionJson(inspected)));
    for (const problem of inspected.problems) problems.push(problem);
  }
  out(`],"problems":${safeJson(problems)}}`);
}

/** The same JSON: a hidden character can only stand in a string, and there its escape means it. */
export function safeJson(value: unknown): string {
  return printable(JSON.stringify(value));
}

/** Whether colours are wanted, and seen. */
export function isColoured(): boolean {
  return process.stdout.isTTY && !process.env['NO_COLOR'];
}

export function printTree(capture: Capture, keyLog: string, { out }: Terminal): void {
  const count = capture.connections.length;
  out(`${capture.format}, ${capture.packets} packets, ${count} TLS ${count === 1 ? 'connection' : 'connections'}`);
  for (const index of capture.connections.keys()) {
    const inspected = inspect(capture, index, keyLog, NATIVE);
    if (inspected) for (const line of connectionLines(inspected, index, isColoured())) out(line);
  }
  for (const line of problemLines(fileProblems(capture), isColoured())) out(line);
}

let isReaderWatched = false;

/** Whoever reads the output may stop, as `head` does: then there is nobody to write for. */
export function endWithReader(): void {
  if (isReaderWatched) return;
  isReaderWatched = true;
  process.stdout.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
}
