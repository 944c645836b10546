/** Programs of others at the desk of a real process, and what `trustwalk log` has of them in another one. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { WHOLE_LOG } from '../../src/core/bridge/log.ts';
import { LOG_FILE, readBook } from '../../server/log/book.ts';
import { hasProgram } from '../programs.ts';
import type { Product } from '../product.ts';
import { type Ended, greetedAt, PASSPHRASE, Place, runToEnd, trustwalk } from '../desk/started.ts';

interface Listed {
  readonly connections: readonly {
    readonly id: number;
    readonly open: boolean;
    readonly client: { readonly port: number };
    readonly version: string | null;
    readonly outcome: string;
    readonly reason: string | null;
    readonly alert: { readonly code: number } | null;
    readonly certificates: { readonly client: { readonly subject: string; readonly serial: string } | null };
  }[];
  readonly matching: number;
  readonly total: number;
}

const place = new Place();
let product: Product;
beforeAll(async () => {
  product = await place.start();
});
afterAll(() => place.close());

const log = (...args: string[]): Promise<Ended> =>
  trustwalk(place, ['log', ...args, '--data', join(place.folder, 'data')]);
const listed = async (...args: string[]) => JSON.parse((await log('list', '--json', ...args)).out) as Listed;
/** The same, read beside the server without a program of its own. */
const counts = () => {
  const book = readBook(join(place.folder, 'data', LOG_FILE));
  const page = book.list({ query: WHOLE_LOG, upTo: null, offset: 0, most: 1 }, { kind: 'machine' });
  book.close();
  return page.counts;
};
const identity = () =>
  ['ca.crt', 'client.crt', 'client.key'].map((name) => place.path(name)) as [string, string, string];

/** What python3 needs to say hello in mutual TLS 1.2 and to tell which port it came from. */
const PYTHON = `
import socket, ssl, sys
ca, cert, key, port = sys.argv[1:]
context = ssl.create_default_context(cafile=ca)
context.load_cert_chain(cert, key)
context.maximum_version = ssl.TLSVersion.TLSv1_2
with socket.create_connection(('127.0.0.1', int(port))) as plain:
    with context.wrap_socket(plain, server_hostname='localhost') as tls:
        tls.recv(100)
        print(plain.getsockname()[1] if plain.fileno() >= 0 else tls.getsockname()[1])
`;

describe.skipIf(!['openssl', 'curl', 'python3', 'tshark'].every(hasProgram))('the handshake log', () => {
  test('has the connections of openssl, curl, python3 and our client, each as it went', async () => {
    const [ca, cert, key] = identity();
    const port = String(product.deskPort);
    const openssl = ['s_client', '-connect', `127.0.0.1:${port}`, '-CAfile', ca];
    await runToEnd('openssl', [...openssl, '-cert', cert, '-key', key, '-servername', 'desk.example']);
    await runToEnd('openssl', openssl); // without a certificate
    await runToEnd('curl', ['-s', '-m', '5', '--cert', cert, '--key', key, `https://127.0.0.1:${port}/`]); // trusts nobody here
    const python = await runToEnd('python3', ['-c', PYTHON, ca, cert, key, port]);
    await trustwalk(place, ['client', '127.0.0.1', port, PASSPHRASE], ['quit']);

    await vi.waitFor(() => expect(counts()).toMatchObject({ total: 6, open: 0 }), 10_000);
    const { connections } = await listed(); // the oldest is the one by which the server checks itself
    const [own, ofPython, ofCurl, bare, ofOpenssl] = connections;
    expect(own).toMatchObject({ outcome: 'established', version: 'TLS 1.3', reason: null });
    expect(ofPython).toMatchObject({ outcome: 'established', version: 'TLS 1.2' });
    expect(ofPython?.client.port).toBe(Number(python.out));
    expect(ofCurl).toMatchObject({ outcome: 'refused', alert: { from: 'client', code: 48 } });
    expect(bare).toMatchObject({ outcome: 'refused', alert: { from: 'server', code: 116 } });
    expect(bare?.certificates.client).toBeNull();
    expect(ofOpenssl).toMatchObject({ outcome: 'established', serverName: 'desk.example' });
    const serial = await runToEnd('openssl', ['x509', '-in', cert, '-noout', '-serial']);
    expect(ofOpenssl?.certificates.client).toEqual({
      subject: 'CN=client,O=Order Desk',
      serial: serial.out.trim().replace('serial=', '').toLowerCase(),
    });
  });

  test('what it exports is opened by tshark with nothing else, and shows what `log show` shows', async () => {
    const [, ofPython] = (await listed('--limit', '2')).connections;
    const id = String(ofPython?.id);
    const file = join(place.folder, 'python.pcapng');
    expect(await log('export', id, '-o', file)).toMatchObject({ code: 0, out: '' });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const fields = ['-T', 'fields', '-e', 'tls.handshake.type', '-e', 'tls.app_data'].flatMap((word) => word);
    const { out } = await runToEnd('tshark', ['-r', file, '-Y', 'tls', ...fields]);
    const ofTshark = out
      .split(/[\s,]+/)
      .filter((type) => /^\d{1,2}$/.test(type))
      .map(Number);
    const shown = JSON.parse((await log('show', id, '--json')).out) as {
      connections: {
        messages: { type: number; name: string }[];
        verified: unknown;
        records: { decrypted: boolean }[];
      }[];
    };
    expect(shown.connections[0]?.messages.map(({ type }) => type)).toEqual(ofTshark);
    expect(shown.connections[0]?.verified).toEqual({
      certificateVerify: { client: true, server: true },
      finished: { client: true, server: true },
    });
    const greeting = await runToEnd('tshark', ['-r', file, '-q', '-z', 'follow,tls,ascii,0']);
    expect(greeting.out).toContain('"type":"hello","service":"order-desk"');
    const inspected = await trustwalk(place, ['inspect', file, '--json']);
    expect(JSON.parse(inspected.out)).toEqual(shown);
  });

  test('a connection stands there while it is open, and everything does after a power cut and a restart', async () => {
    const client = await greetedAt(place, product.deskPort);
    await vi.waitFor(() => expect(counts()).toMatchObject({ total: 7, open: 1, established: 5 }), 10_000);
    expect((await listed('--outcome', 'open')).connections).toMatchObject([{ id: 7, outcome: 'established' }]);
    await product.kill();
    client.close();
    product = await place.start();
    await vi.waitFor(() => expect(counts()).toMatchObject({ total: 8, open: 0, established: 6 }), 10_000);
    await product.stop();
    expect((await log('list', '--limit', '1')).out).toMatch(/^ID .*\n8 .*established\n8 connections; the newest 1/);
  });
});
