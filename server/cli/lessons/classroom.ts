/** A real server on free ports with its files in a folder of its own, for learners without a page. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTrustwalk } from '../../main.ts';
import { DEFAULT_OPTIONS } from '../../options.ts';
import { BridgeClient } from './bridge-client.ts';
import { HeadlessLearner } from './headless-learner.ts';
import type { DeskPlace } from './shell.ts';

export interface Classroom {
  /** the order desk on its own port */
  readonly desk: DeskPlace;
  /** A new learner with an empty world. */
  enter(): Promise<HeadlessLearner>;
  close(): Promise<void>;
}

/** @param log is told what the server says */
export async function openClassroom(log: (line: string) => void = () => undefined): Promise<Classroom> {
  const folder = mkdtempSync(join(tmpdir(), 'trustwalk-lessons-'));
  const at = (name: string) => join(folder, name);
  // Nobody looks at this site; the server insists on having one.
  mkdirSync(at('site'));
  writeFileSync(at('site/index.html'), '<!doctype html><title>Lessons are being checked</title>');
  const options = { ...DEFAULT_OPTIONS, port: 0, deskPort: 0, certs: at('certs'), data: at('data') };
  const running = await startTrustwalk(options, log, at('site'));
  const open: (() => void)[] = [];
  return {
    desk: { port: running.deskPort, certs: running.certs },
    async enter() {
      const bridge = await BridgeClient.open(running.url);
      const learner = new HeadlessLearner(bridge);
      open.push(() => (learner.close(), bridge.close()));
      return learner;
    },
    async close() {
      for (const leave of open.splice(0)) leave();
      await running.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
