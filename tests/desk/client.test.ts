/** `trustwalk client` through a pipe, as a script uses it, at the desk of a real process. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Product } from '../product.ts';
import { hasProgram } from '../programs.ts';
import { anAuthority, issuedBy, selfSigned } from '../session/openssl-pki.ts';
import { type Ended, PASSPHRASE, Place, trustwalk } from './started.ts';

const PASSWORD = 'correct horse battery';

describe('trustwalk client', () => {
  let place: Place;
  let product: Product;

  beforeAll(async () => {
    place = new Place();
    product = await place.start();
  });
  afterAll(() => place.close());

  const client = (lines: readonly string[], args: readonly string[] = []): Promise<Ended> =>
    trustwalk(place, ['client', '127.0.0.1', String(product.deskPort), PASSPHRASE, ...args], lines);

  /** Refused in one plain sentence, with no stack. */
  function expectSentence({ code, out, error }: Ended, words: RegExp, status = 1): void {
    expect(error.trim().split('\n')).toHaveLength(1);
    expect(error).toMatch(words);
    expect(error + out).not.toMatch(/^\s+at |Error:/m);
    expect(code).toBe(status);
  }

  test('creates an account, orders, lists and leaves; another visit signs in and sees the order', async () => {
    const first = await client(['create', 'alice', PASSWORD, 'order green tea 3', 'quit']);
    expect(first).toMatchObject({ code: 0, error: '' });
    expect(first.out).toContain('3 × green tea');
    const second = await client(['sign in', 'alice', PASSWORD, 'orders', 'whoami', 'help']);
    expect(second).toMatchObject({ code: 0, error: '' });
    expect(second.out).toContain('3 × green tea');
    expect(second.out).toContain('CN=client');
    expect(first.out + second.out).not.toContain(PASSWORD);
  });

  test('a wrong password: one sentence, exit 1', async () => {
    await client(['create', 'bob', PASSWORD, 'quit']);
    expectSentence(await client(['sign in', 'bob', 'not the password', 'order tea 1']), /password/);
  });

  test('a refused order is told, and the exit status keeps it', async () => {
    await client(['create', 'carol', PASSWORD, 'quit']);
    const ended = await client(['sign in', 'carol', PASSWORD, 'order tea 0', 'order tea 2', 'quit']);
    expectSentence(ended, /quantity is a whole number from 1 to 1000000, not 0/);
    expect(ended.out).toContain('2 × tea');
  });

  test('a long script is held back, not thrown out', async () => {
    const orders = Array.from({ length: 60 }, (_, i) => `order tea ${i + 1}`);
    const ended = await client(['create', 'gina', PASSWORD, ...orders, 'orders']);
    expect(ended).toMatchObject({ code: 0, error: '' });
    expect(ended.out.match(/Placed/g)).toHaveLength(60);
  });

  test('a command that is none is told, exit 1', async () => {
    const ended = await client(['create', 'dave', PASSWORD, 'dance', 'quit']);
    expectSentence(ended, /"dance"/);
  });

  test('input that ends before the sign-in, exit 1', async () => {
    expect((await client([])).code).toBe(1);
  });

  test('a passphrase that is not 16 bytes: how many it has, exit 2', async () => {
    const at = (passphrase: string) =>
      trustwalk(place, ['client', '127.0.0.1', String(product.deskPort), passphrase], []);
    expectSentence(await at('short'), /16 bytes.*\b5\b/, 2);
    expectSentence(await at('é'.repeat(16)), /16 bytes.*\b32\b/, 2); // 16 characters, 32 bytes of UTF-8
  });

  test('another passphrase: one sentence, exit 1', async () => {
    const args = ['client', '127.0.0.1', String(product.deskPort), '6543210987654321'];
    expectSentence(await trustwalk(place, args, ['create', 'erin', PASSWORD]), /passphrase/);
    expectSentence(await client(['sign in', 'erin', PASSWORD]), /password/); // nothing was stored
  });

  test('no desk: how to start one, exit 1', async () => {
    const free = createServer();
    await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve));
    const { port } = free.address() as AddressInfo;
    await new Promise((resolve) => free.close(resolve));
    expectSentence(await trustwalk(place, ['client', '127.0.0.1', String(port), PASSPHRASE]), /listens.*npm start/);
  });

  test('something else on the port, exit 1', async () => {
    const http = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const { port } = http.address() as AddressInfo;
    expectSentence(await trustwalk(place, ['client', '127.0.0.1', String(port), PASSPHRASE]), /TLS|desk/);
    http.close();
  });

  test('a file that is not there, exit 1; one that is no certificate, exit 1', async () => {
    expectSentence(await client([], ['--cert', 'nowhere.crt']), /nowhere\.crt/);
    writeFileSync(join(place.folder, 'text.crt'), 'not a certificate\n');
    expectSentence(await client([], ['--cert', 'text.crt']), /certificate/);
  });

  test.each([
    ['no address', ['client'], /HOST|host/],
    ['a port that is none', ['client', '127.0.0.1', 'http', PASSPHRASE], /port/],
    ['an unknown option', ['client', '127.0.0.1', '1', PASSPHRASE, '--colour'], /--colour/],
    ['one word too many', ['client', '127.0.0.1', '1', PASSPHRASE, 'more'], /more/],
  ])('%s: one line, exit 2', async (_name, args, words) => {
    expectSentence(await trustwalk(place, args), words, 2);
  });

  describe.skipIf(!hasProgram('openssl'))('with certificates of others', () => {
    const files = (made: { key: string; certificate: string }, ca?: string): string[] => {
      const folder = join(place.folder, 'others');
      mkdirSync(folder, { recursive: true });
      const path = (name: string, text: string) => {
        writeFileSync(join(folder, name), text, { mode: 0o600 });
        return join(folder, name);
      };
      const own = ['--cert', path('x.crt', made.certificate), '--key', path('x.key', made.key)];
      return ca === undefined ? own : [...own, '--ca', path('x-ca.crt', ca)];
    };

    test('of another CA: not let in, and what that means', async () => {
      const foreign = issuedBy(anAuthority(), { subject: '/O=Order Desk/CN=alice', for: 'client' });
      expectSentence(await client(['create', 'frank', PASSWORD], files(foreign)), /not accept this certificate/);
    });

    test('self-signed: not let in', async () => {
      expectSentence(await client([], files(selfSigned('/CN=alice'))), /not accept this certificate/);
    });

    test('a desk of another CA: nothing is sent to it', async () => {
      const ca = anAuthority();
      const foreign = issuedBy(ca, { subject: '/CN=alice', for: 'client' });
      expectSentence(await client([], files(foreign, ca.certificate)), /certificate of the desk does not verify/);
    });

    test('a key of another certificate', async () => {
      const [one, two] = [selfSigned('/CN=alice'), selfSigned('/CN=alice')];
      expectSentence(await client([], files({ key: two.key, certificate: one.certificate })), /key/);
    });
  });
});

describe('trustwalk', () => {
  const place = new Place();
  afterAll(() => place.close());

  test.each([[['--help']], [['serve', '--help']], [['client', '--help']]])('%j tells, exit 0', async (args) => {
    const { code, out, error } = await trustwalk(place, args);
    expect({ code, error }).toEqual({ code: 0, error: '' });
    expect(out).toContain('trustwalk');
  });

  test('--version is that of the package', async () => {
    expect((await trustwalk(place, ['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
