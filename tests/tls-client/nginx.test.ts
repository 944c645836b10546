/** The client against nginx, which demands a certificate and speaks HTTP. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { ClientOptions, Misdeed } from '../../src/core/tls/client/options.ts';
import { hasProgram } from '../programs.ts';
import { Identities, type Kind } from './identities.ts';
import { freePort } from '../free-port.ts';
import { dial, type Line } from './line.ts';
import { Program } from './program.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const identities = new Identities();
afterAll(() => identities.close());

const MEGABYTES = 'all work and no play '.repeat(150_000);
const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

/** Three servers: one with two kinds of key, one that wants P-256 and so asks again, one of TLS 1.2. */
const configuration = (ports: readonly number[]) => `
daemon off;
master_process off;
pid nginx.pid;
error_log stderr info; # its first words come when it listens
events {}
http {
  access_log off;
  ${TEMPORARY.map((name) => `${name}_temp_path ${name};`).join('\n  ')}
  client_max_body_size 0;
  ssl_client_certificate ca.crt;
  ssl_verify_client on;
  ssl_protocols TLSv1.3;
  server {
    listen 127.0.0.1:${ports[0]} ssl http2;
    ssl_certificate rsa-0.crt;
    ssl_certificate_key rsa-0.key;
    ssl_certificate p384-0.crt;
    ssl_certificate_key p384-0.key;
    location / { return 200 "$ssl_client_s_dn, $ssl_protocol, $ssl_cipher, $ssl_session_reused\\n"; }
    location /big { alias big; }
  }
  server {
    listen 127.0.0.1:${ports[1]} ssl;
    ssl_certificate rsa-0.crt;
    ssl_certificate_key rsa-0.key;
    ssl_ecdh_curve prime256v1;
    location / { return 200 "$ssl_client_s_dn, $ssl_protocol, $ssl_cipher, $ssl_session_reused\\n"; }
  }
  server {
    listen 127.0.0.1:${ports[2]} ssl;
    ssl_certificate rsa-0.crt;
    ssl_certificate_key rsa-0.key;
    ssl_protocols TLSv1.2;
  }
}
`;

describe.skipIf(!hasProgram('openssl') || !hasProgram('nginx'))('nginx with ssl_verify_client on', () => {
  let program: Program;
  let [plain, retrying, older] = [0, 0, 0];
  beforeAll(async () => {
    for (const kind of ['rsa', 'p384'] as const) identities.of(kind);
    [plain, retrying, older] = [await freePort(), await freePort(), await freePort()];
    identities.openssl.write('nginx.conf', configuration([plain, retrying, older]));
    identities.openssl.write('big', MEGABYTES);
    for (const name of ['logs', ...TEMPORARY]) mkdirSync(join(identities.folder, name));
    program = new Program('nginx', ['-p', identities.folder, '-c', 'nginx.conf', '-e', 'stderr'], identities.folder);
    await program.says(/using the ".*" event method/);
  });
  afterAll(() => program.stop());

  const as = (kind: Kind, ...schemes: number[]) => ({ identity: identities.of(kind, 7), schemes });
  const request = (path = '/', more = '') =>
    `GET ${path} HTTP/1.1\r\nHost: desk.test\r\nConnection: close\r\n${more}\r\n`;
  /** Asks, and waits until nginx has said all and close_notify. */
  async function asks(line: Line, text = request()): Promise<string> {
    await line.connected();
    expect(await line.send(text).alert()).toEqual({ kind: 'told', alert: 0 });
    line.close();
    expect(line.dissection.problems).toEqual([]);
    return line.said;
  }

  test.each<[Kind, number]>([
    ['p256', 0x0403],
    ['p384', 0x0503],
    ['rsa', 0x0804],
    ['rsa', 0x0805],
    ['rsa', 0x0806],
  ])('knows the owner of a key %s, scheme %i', async (kind, scheme) => {
    const answer = await asks(dial({ port: plain, as: as(kind, scheme) }));
    expect(answer).toMatch(/^HTTP\/1.1 200 OK\r\n/);
    expect(answer).toContain(`CN=${kind}-7, TLSv1.3, TLS_AES_128_GCM_SHA256, .`);
  });

  test.each<[string, Partial<ClientOptions>]>([
    ['TLS_AES_256_GCM_SHA384', { suites: [0x1302] }],
    ['TLS_CHACHA20_POLY1305_SHA256', { suites: [0x1303], groups: ['secp256r1'] }],
  ])('speaks %s', async (suite, options) => {
    const answer = await asks(dial({ port: plain, as: as('p256', 0x0403), options }));
    expect(answer).toContain(`CN=p256-7, TLSv1.3, ${suite}, .`);
  });

  test('asks for a share of P-256 first', async () => {
    const line = dial({ port: retrying, as: as('p256', 0x0403) });
    expect(await asks(line)).toContain('CN=p256-7, TLSv1.3');
    expect(line.dissection.messages.map(({ name }) => name)).toContain('HelloRetryRequest');
  });

  test('chooses a protocol', async () => {
    const line = await dial({
      port: plain,
      as: as('p256', 0x0403),
      options: { alpn: ['spdy/3', 'http/1.1'] },
    }).connected();
    expect(line.outputs).toContainEqual(expect.objectContaining({ kind: 'connected', alpn: 'http/1.1' }));
    line.close();
  });

  test('takes its own ticket back, with a HelloRetryRequest and without', async () => {
    for (const port of [plain, retrying]) {
      const first = await dial({ port, as: as('rsa', 0x0804) }).connected();
      const ticket = await first.ticket();
      first.close();
      const second = dial({ port, as: as('rsa', 0x0804), options: { ticket } });
      expect(await asks(second)).toContain('CN=rsa-7, TLSv1.3, TLS_AES_128_GCM_SHA256, r');
      expect(second.outputs).toContainEqual(expect.objectContaining({ kind: 'connected', resumed: true }));
    }
  });

  test('sends megabytes, and takes them', async () => {
    const down = await asks(dial({ port: plain, as: as('p256', 0x0403), pieceBytes: 333 }), request('/big'));
    expect(down.slice(down.indexOf('\r\n\r\n') + 4) === MEGABYTES).toBe(true);
    const post = request('/', `Content-Length: ${MEGABYTES.length}\r\n`).replace('GET', 'POST') + MEGABYTES;
    const up = await asks(dial({ port: plain, as: as('p256', 0x0403), options: { recordsPerKey: 50 } }), post);
    expect(up).toContain('CN=p256-7, TLSv1.3');
  });

  test('refuses in HTTP where there is no certificate, or one of a stranger', async () => {
    expect(await asks(dial({ port: plain }))).toContain('400 No required SSL certificate was sent');
    const stranger = { identity: identities.stranger(), schemes: [0x0804] };
    expect(await asks(dial({ port: plain, as: stranger }))).toContain('400 The SSL certificate error');
  });

  test.each<[Misdeed, number]>([
    ['no-certificate-message', 10],
    ['no-certificate-verify', 10],
    ['wrong-signature', 51],
    ['wrong-finished', 51],
    ['early-application-data', 10],
  ])('ends %s with alert %i', async (misdeed, alert) => {
    const line = dial({ port: plain, as: as('p256', 0x0403), options: { misdeeds: [misdeed] } });
    expect(await line.alert()).toEqual({ kind: 'told', alert });
  });

  test('hears that it is not trusted, and that the client speaks TLS 1.3 only', async () => {
    await dial({ port: plain, as: as('p256', 0x0403), refusal: { alert: 45, why: 'Expired.' } }).gone();
    await program.says(/SSL alert number 45/);
    expect(await dial({ port: older }).alert()).toMatchObject({ alert: 70 });
  });
});
