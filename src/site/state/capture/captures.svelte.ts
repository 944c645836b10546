/** Which capture is open in this tab, how opening goes, and the key logs that were added. Nothing is kept elsewhere. */
import { counted } from '$core/bytes/counted.ts';
import { fileKindOf, HEAD_BYTES, type FileKind } from '$core/capture/file/kind.ts';
import { hasKeyLogLine } from '$core/capture/key-log.ts';
import { newDesk, type Desk } from './desk.ts';
import { CAPTURE_FILE_LIMITS } from './limits.ts';
import { noticing } from './noticing.ts';
import { OpenCapture } from './open-capture.svelte.ts';
import { openProof, prepareProofs, type OpenProof } from './proofs.ts';
import type { Opening } from './reader.ts';
import { TOLD, type Told } from './told.ts';

/** What is being read; `share` from 0 to 1 once there is one. */
export interface Reading {
  readonly name: string;
  readonly bytes: number;
  readonly share: number | null;
}

interface KeyLog {
  readonly name: string;
  readonly blob: Blob;
}

/** The learner stopped the reading. */
class Cancelled extends Error {
  override name = 'Cancelled';
}

/** Another file came first, or the capture was closed. */
class NotNeeded extends Error {
  override name = 'NotNeeded';
}

/** One has the capture that is open, another opens the next: what is shown stays until that is done. */
const DESKS = 2;

class Captures {
  #open = $state.raw<OpenCapture | null>(null);
  #proof = $state.raw<OpenProof | null>(null);
  #reading = $state.raw<Reading | null>(null);
  #isNoticed = $state(false);
  #told = $state.raw<readonly Told[]>([]);
  #announcement = $state('');
  #keyLogs = $state.raw<readonly KeyLog[]>([]);
  /** wait for a file */
  readonly #idle: Desk[] = [];
  /** has the capture that is open */
  #used: Desk | null = null;
  /** reads the file that is being opened */
  #busy: Desk | null = null;

  get open(): OpenCapture | null {
    return this.#open;
  }
  /** the bundle that the open capture came in; null: it came by itself */
  get proof(): OpenProof | null {
    return this.#proof;
  }
  /** what is being read, once it takes a while */
  get reading(): Reading | null {
    return this.#isNoticed ? this.#reading : null;
  }
  /** about the files that were given last */
  get told(): readonly Told[] {
    return this.#told;
  }
  /** for a screen reader */
  get announcement(): string {
    return this.#announcement;
  }
  /** names of the key logs that were added */
  get keyLogNames(): readonly string[] {
    return this.#keyLogs.map(({ name }) => name);
  }

  /** Starts the workers. From then on no server is needed. */
  prepare(): void {
    const all = [...this.#idle, this.#used, this.#busy].filter((desk) => desk !== null).length;
    for (let count = all; count < DESKS; count++) this.#idle.push(newDesk());
    for (const { calls } of this.#idle) calls.prepare();
    prepareProofs();
  }

  /** Takes what was picked or dropped: a capture, key logs, or both. */
  async take(files: readonly File[]): Promise<void> {
    const found = await Promise.all(files.map(async (file) => ({ file, kind: await kindOf(file) })));
    const told: Told[] = [];
    const keyLogs: KeyLog[] = [];
    const captures: File[] = [];
    let proof: OpenProof | null = null;
    for (const { file, kind } of found) {
      if (kind.kind === 'capture' || kind.kind === 'gzip') captures.push(file);
      else if (kind.kind === 'zip') {
        const opened = await openProof(file);
        if (typeof opened === 'string') told.push(TOLD.noBundle(file.name, opened));
        else {
          captures.push(...opened.captures.slice(0, 1));
          proof ??= opened;
        }
      } else if (kind.kind === 'empty') told.push(TOLD.empty(file.name));
      else if (kind.kind === 'foreign') told.push(TOLD.noCapture(file.name, `The file is ${kind.is}.`));
      else if (kind.kind === 'unreadable') told.push(TOLD.unreadable(file.name, kind.why));
      else if (file.size > CAPTURE_FILE_LIMITS.keyLogBytes) told.push(TOLD.keyLogTooLarge(file.name, file.size));
      else keyLogs.push({ name: file.name, blob: file });
    }
    const [capture, ...others] = captures;
    if (capture && others.length > 0) told.push(TOLD.oneAtATime(capture.name, others.length));
    this.#told = told;
    if (capture) await this.#openCapture(capture, keyLogs, proof);
    else for (const keyLog of keyLogs) await this.#addKeyLog(keyLog);
  }

  /** Takes the text of a key log. @returns whether it is one that fits, or may fit a capture opened later */
  async takeKeyLogText(text: string): Promise<boolean> {
    this.#told = [];
    if (!hasKeyLogLine(text)) {
      this.#tell(TOLD.noKeyLogLine());
      return false;
    }
    return this.#addKeyLog({ name: 'The pasted key log', blob: new Blob([text]) });
  }

  /** Stops the reading; what was open stays open. */
  cancel(): void {
    this.#busy?.calls.end(new Cancelled());
  }

  /** Closes the capture and forgets the key logs. */
  close(): void {
    this.#busy?.calls.end(new NotNeeded());
    this.#giveBack(this.#used);
    [this.#open, this.#used, this.#proof] = [null, null, null];
    this.#keyLogs = [];
    this.#told = [];
    this.#announcement = 'The capture is closed.';
  }

  dismiss(told: Told): void {
    this.#told = this.#told.filter((one) => one !== told);
  }

  /** Shows another capture of the bundle that is open. */
  async showOfProof(file: File): Promise<void> {
    this.#told = [];
    await this.#openCapture(file, [], this.#proof);
  }

  /** @param proof the bundle that may have brought the file */
  async #openCapture(file: File, added: readonly KeyLog[], proof: OpenProof | null): Promise<void> {
    this.#busy?.calls.end(new NotNeeded());
    this.#open?.rest();
    const desk = this.#idle.pop() ?? newDesk();
    this.#busy = desk;
    this.#reading = { name: file.name, bytes: file.size, share: null };
    try {
      await noticing(this.#read(file, desk, added), (isNoticed) => {
        if (this.#busy === desk) this.#isNoticed = isNoticed;
      });
    } catch (error) {
      desk.calls.end(new NotNeeded());
      if (error instanceof Cancelled) this.#tell(TOLD.cancelled(file.name));
      else if (!(error instanceof NotNeeded)) this.#tell(TOLD.stopped(wordsOf(error)));
    }
    if (this.#busy === desk) [this.#busy, this.#reading] = [null, null];
    if (this.#used === desk) this.#proof = proof?.captures.includes(file) ? proof : null;
    else {
      this.#giveBack(desk);
      this.#open?.goOn();
    }
  }

  async #read(file: File, desk: Desk, added: readonly KeyLog[]): Promise<void> {
    const { reader } = desk;
    const keyLogs = [...this.#keyLogs, ...added].map(({ blob }) => blob);
    const opening = await reader.open(file, keyLogs, (share) => {
      if (this.#busy === desk) this.#reading = { name: file.name, bytes: file.size, share };
    });
    if (opening.kind !== 'opened') {
      this.#tell(refusal(file, opening));
      if (this.#open === null) this.#hold(added);
      return;
    }
    const capture = new OpenCapture(file.name, file.size, opening, reader);
    const fitting = await Promise.all(added.map(({ blob }) => capture.fits(blob)));
    await capture.begin();
    this.#giveBack(this.#used);
    [this.#open, this.#used] = [capture, desk];
    this.#keyLogs = [...this.#keyLogs, ...added.filter((_, at) => fitting[at] !== 0)];
    for (const [at, { name }] of added.entries()) if (fitting[at] === 0) this.#tell(TOLD.fitsNothing(name));
    const { connections } = opening;
    this.#announcement = `${counted(connections, 'TLS connection')} in ${file.name}`;
    capture.goOn();
  }

  /** A worker that was ended starts again. */
  #giveBack(desk: Desk | null): void {
    if (desk === null) return;
    desk.reader.close().catch(() => undefined); // it may end before it answers, and then it has nothing to forget
    this.#idle.push(desk);
  }

  #hold(keyLogs: readonly KeyLog[]): void {
    this.#keyLogs = [...this.#keyLogs, ...keyLogs];
    for (const { name } of keyLogs) this.#tell(TOLD.held(name));
  }

  async #addKeyLog(keyLog: KeyLog): Promise<boolean> {
    const capture = this.#open;
    if (capture === null) {
      this.#hold([keyLog]);
      return true;
    }
    try {
      const fitting = await capture.fits(keyLog.blob);
      if (fitting === 0) {
        this.#tell(TOLD.fitsNothing(keyLog.name));
        return false;
      }
      this.#keyLogs = [...this.#keyLogs, keyLog];
      await capture.useKeyLogs(this.#keyLogs.map(({ blob }) => blob));
      this.#tell(TOLD.fits(keyLog.name, fitting, capture.facts.connections));
      return true;
    } catch (error) {
      this.#tell(TOLD.stopped(wordsOf(error)));
      return false;
    }
  }

  #tell(told: Told): void {
    this.#told = [...this.#told, told];
  }
}

type Kind = FileKind | { readonly kind: 'unreadable'; readonly why: string };

async function kindOf(file: File): Promise<Kind> {
  try {
    return fileKindOf(new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer()));
  } catch (error) {
    return { kind: 'unreadable', why: wordsOf(error) };
  }
}

function refusal({ name, size }: File, opening: Exclude<Opening, { kind: 'opened' }>): Told {
  switch (opening.kind) {
    case 'tooLarge':
      return TOLD.tooLarge(name, size);
    case 'noCapture':
      return TOLD.noCapture(name, opening.why);
    case 'noTls':
      return TOLD.noTls(name, opening.packets, opening.problems);
  }
}

const wordsOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** One for the tab: leaving the room and coming back finds everything as it was. */
export const captures = new Captures();
