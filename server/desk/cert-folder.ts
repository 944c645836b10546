/** The files of the desk's PKI: read, and written whole or not at all. */
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Result } from '../../src/core/bytes/result.ts';
import { StartError } from '../start-error.ts';

/** One folder of PEM files; every failure is a StartError that names the file. */
export class CertFolder {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw new StartError(`cannot make the folder ${folder} (${codeOf(error)}). Choose another with --certs DIR.`);
    }
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** A file's text; null when it is not there. */
  read(name: string): string | null {
    try {
      return readFileSync(this.path(name), 'utf8');
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null;
      throw new StartError(
        `cannot read ${this.path(name)} (${codeOf(error)}). Check its owner and mode, or choose another folder with --certs DIR.`,
      );
    }
  }

  /** The file's text; where there is none, what `make` gives, written first. */
  keep(name: string, make: () => string): string {
    const known = this.read(name);
    if (known !== null) return known;
    const text = make();
    // A link fails where the name is taken by now: two starts at once keep one file, and both read that.
    this.#write(name, text, (from, to) => linkSync(from, to));
    const kept = this.read(name);
    if (kept !== null) return kept;
    throw new StartError(`${this.path(name)} is a link that leads nowhere. Remove it.`);
  }

  replace(name: string, text: string): void {
    this.#write(name, text, renameSync);
  }

  /** The value of a result, or a StartError that names the file it came from. */
  must<Value>(name: string, result: Result<Value>): Value {
    if (result.ok) return result.value;
    throw new StartError(`${this.path(name)} cannot be used: ${result.error.why} Mend it, or remove it for a new one.`);
  }

  /** Whole or not at all: written beside, on the disk, then put in place. A key is never readable by others, not for a moment. */
  #write(name: string, text: string, put: (from: string, to: string) => void): void {
    const draft = this.path(`.${name}.${randomBytes(6).toString('hex')}`);
    const mode = name.endsWith('.key') ? 0o600 : 0o644;
    try {
      const { O_WRONLY, O_CREAT, O_EXCL } = constants;
      const file = openSync(draft, O_WRONLY | O_CREAT | O_EXCL, mode);
      try {
        writeSync(file, text);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      if (name.endsWith('.key')) chmodSync(this.folder, 0o700);
      put(draft, this.path(name));
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return;
      throw new StartError(
        `cannot write ${this.path(name)} (${codeOf(error)}). Check the folder's owner and mode, or choose another with --certs DIR.`,
      );
    } finally {
      rmSync(draft, { force: true });
    }
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error);
