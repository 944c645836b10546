/** `trustwalk client` as a person meets it: on a terminal, which python3 plays. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Product } from '../product.ts';
import { hasProgram } from '../programs.ts';
import { PASSPHRASE, Place, START } from './started.ts';

/** Types each answer after its prompt has been shown, and prints all that the terminal showed, echo included. */
const TYPIST = `
import os, pty, sys
prompts = [('account?', 'create'), ('User name', 'alice'), ('Password', 'correct horse battery'),
           ('> ', 'order tea 2'), ('> ', 'order tea 0'), ('> ', 'quit')]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
shown, since = b'', 0
try:
    for prompt, answer in prompts:
        while prompt.encode() not in shown[since:]:
            shown += os.read(terminal, 4096)
        since = len(shown)
        os.write(terminal, answer.encode() + b'\\r')
    while True:
        shown += os.read(terminal, 4096)
except OSError:
    pass
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

describe.skipIf(!hasProgram('python3'))('on a terminal', () => {
  let place: Place;
  let product: Product;

  beforeAll(async () => {
    place = new Place();
    product = await place.start();
  });
  afterAll(() => place.close());

  test('prompts, shows what is typed but for the password, and lets one try again', async () => {
    const command = [process.execPath, START, 'client', '127.0.0.1', String(product.deskPort), PASSPHRASE];
    const child = spawn('python3', ['-c', TYPIST, ...command], {
      cwd: place.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let shown = '';
    child.stdout.on('data', (data: Buffer) => (shown += data.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    expect(shown).toContain('User name: alice');
    expect(shown).toContain('Signed in as alice');
    expect(shown).toContain('2 × tea');
    expect(shown).toContain('order tea 0');
    expect(shown).toMatch(/trustwalk: .*quantity/);
    expect(shown).not.toContain('correct horse');
    expect(code).toBe(0);
  });
});
