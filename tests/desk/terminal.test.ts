/** `trustwalk client` as a person meets it: on a terminal, which python3 plays. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Product } from '../product.ts';
import { hasProgram } from '../programs.ts';
import { PASSPHRASE, Place, START } from './started.ts';

/**
 * Types each answer after its prompt has been shown, and prints all that the terminal shows, echo included. Prompts and
 * answers come in JSON on standard input.
 */
const TYPIST = `
import json, os, pty, sys
prompts = json.loads(sys.stdin.readline())
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
def look():
    more = os.read(terminal, 4096)
    os.write(1, more)
    return more
try:
    for prompt, answer in prompts:
        shown = b''
        while prompt.encode() not in shown:
            shown += look()
        os.write(terminal, answer.encode() + b'\\r')
    while True:
        look()
except OSError:
    pass
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

  /** @param typed prompts and what is answered to each; after the last the terminal is watched until the client ends */
  function typist(typed: readonly (readonly [prompt: string, answer: string])[]) {
    const command = [process.execPath, START, 'client', '127.0.0.1', String(product.deskPort), PASSPHRASE];
    const child = spawn('python3', ['-c', TYPIST, ...command], {
      cwd: place.folder,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stdin.end(JSON.stringify(typed) + '\n');
    let shown = '';
    child.stdout.on('data', (data: Buffer) => (shown += data.toString()));
    const over = once(child, 'close').then(([code]) => ({ code: code as number | null, shown }));
    return { over, shown: () => shown };
  }

  const PASSWORD = 'correct horse battery';

  test('prompts, shows what is typed but for the password, and lets one try again', async () => {
    const { code, shown } = await typist([
      ['account?', 'create'],
      ['User name', 'alice'],
      ['Password', PASSWORD],
      ['> ', 'order tea 2'],
      ['> ', 'order tea 0'],
      ['> ', 'quit'],
    ]).over;
    expect(shown).toContain('User name: alice');
    expect(shown).toContain('Signed in as alice');
    expect(shown).toContain('2 × tea');
    expect(shown).toContain('order tea 0');
    expect(shown).toMatch(/trustwalk: .*quantity/);
    expect(shown).not.toContain('correct horse');
    expect(code).toBe(0);
  });

  test('says at once that the desk has closed the connection, and why', async () => {
    const bea = typist([
      ['account?', 'create'],
      ['User name', 'bea'],
      ['Password', PASSWORD],
      ['> ', 'order tea 1'],
    ]);
    await expect.poll(bea.shown, { timeout: 20_000 }).toMatch(/Placed: [^]*> $/);
    await product.stop();
    const { code, shown } = await bea.over;
    expect(shown).toMatch(/> \r\ntrustwalk: The desk closed the connection\. The desk is closing\./);
    expect(code).toBe(1);
  });
});
