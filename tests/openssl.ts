/** The openssl program in a folder of its own, for tests that ask it for a second opinion. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class Openssl {
  readonly folder = mkdtempSync(join(tmpdir(), 'trustwalk-openssl-'));

  /** Runs `openssl …` in the folder; words are parted by single spaces, `{a b}` keeps spaces. */
  run(command: string): { readonly ok: boolean; readonly text: string } {
    const args = [...command.matchAll(/\{([^}]*)\}|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '');
    const { status, stdout, stderr } = spawnSync('openssl', args, { cwd: this.folder, encoding: 'utf8' });
    return { ok: status === 0, text: stdout + stderr };
  }

  /** Runs it and throws, with its words, when it fails. */
  must(command: string): string {
    const { ok, text } = this.run(command);
    if (!ok) throw new Error(`openssl ${command}\n${text}`);
    return text;
  }

  write(name: string, content: string | Uint8Array): string {
    writeFileSync(join(this.folder, name), content);
    return name;
  }

  read(name: string): string {
    return readFileSync(join(this.folder, name), 'utf8');
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
