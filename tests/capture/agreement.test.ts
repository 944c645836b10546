/**
 * Agreement with tshark on connections of foreign peers made on the spot: openssl, gnutls, Python and curl through a tap,
 * all written into one capture.
 */
import { execFileSync, spawn, type ChildProcess, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectionJson, inspect } from '../../src/core/capture/inspection.ts';
import { readCapture } from '../../src/core/capture/read-capture.ts';
import { withResumed } from '../../src/core/capture/resumed.ts';
import { writePcapng } from '../../src/core/capture/write-pcapng.ts';
import type { Chunk } from '../../src/core/tls/dissection.ts';
import { Openssl } from '../openssl.ts';
import { hasProgram } from '../programs.ts';

const SERVE = 's_server -accept 127.0.0.1:0 -rev -cert ec.pem -key ec.key -dcert rsa.pem -dkey rsa.key';
const VISIT = 's_client -servername desk.test -ign_eof -keylogfile keys.log -connect 127.0.0.1:PORT';
const MUTUAL = '-Verify 2';
const OWN = '-cert rsa.pem -key rsa.key';
const LEGACY = '-cipher ALL:@SECLEVEL=0';

/** Speaks a line and prints the answer; its options are statements that prepare the context `c`. */
const PYTHON = (port: string, options: string) => `
import socket, ssl
c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
c.check_hostname, c.verify_mode, c.keylog_filename = False, ssl.CERT_NONE, 'keys.log'
${options}
s = c.wrap_socket(socket.create_connection(('127.0.0.1', ${port})), server_hostname='desk.test')
s.sendall(b'hello\\n')
print(s.recv(99).decode(), flush=True)
s.recv(99)
`;

/** What the server and the client are told besides; `refused` where no handshake comes about. */
interface Run {
  readonly name: string;
  readonly server: string;
  readonly client: string;
  readonly refused?: true;
  /** which program plays the client, in place of openssl */
  readonly by?: 'gnutls' | 'python' | 'curl';
}

const RUNS: readonly Run[] = [
  { name: 'TLS 1.3', server: '', client: '' },
  { name: 'TLS 1.3, ChaCha20, mutual', server: MUTUAL, client: `${OWN} -ciphersuites TLS_CHACHA20_POLY1305_SHA256` },
  { name: 'a second hello', server: '-groups P-384', client: '-groups X25519:P-384' },
  { name: 'ALPN and OCSP asked for', server: '-alpn h2', client: '-alpn h2,http/1.1 -status' },
  { name: 'TLS 1.2, RSA', server: '-tls1_2', client: '-cipher AES128-SHA256' },
  { name: 'TLS 1.2, DHE', server: '-tls1_2', client: '-cipher DHE-RSA-AES256-SHA256' },
  {
    name: 'TLS 1.2, CBC without encrypt-then-MAC',
    server: '-tls1_2',
    client: '-cipher ECDHE-RSA-AES256-SHA384 -no_etm',
  },
  { name: 'TLS 1.2, mutual', server: `-tls1_2 ${MUTUAL}`, client: OWN },
  { name: 'TLS 1.1', server: `-tls1_1 ${LEGACY}`, client: `-tls1_1 ${LEGACY}` },
  { name: 'TLS 1.0, mutual', server: `-tls1 ${LEGACY} ${MUTUAL}`, client: `-tls1 ${LEGACY} ${OWN}` },
  { name: 'small records', server: '-max_send_frag 512', client: '-max_send_frag 600' },
  { name: 'no certificate of the client', server: `${MUTUAL} -verify_return_error`, client: '', refused: true },
  { name: 'the same in TLS 1.2', server: `-tls1_2 ${MUTUAL}`, client: '', refused: true },
  { name: 'a certificate nobody trusts', server: '', client: '-verify_return_error', refused: true },
  { name: 'no common version', server: '-tls1_3', client: '-tls1_2', refused: true },
  { name: 'no common suite', server: '-tls1_2 -cipher AES128-SHA', client: '-cipher AES256-SHA', refused: true },
  {
    name: 'gnutls, TLS 1.3 with CCM',
    server: '-ciphersuites TLS_AES_128_CCM_SHA256',
    client: 'NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+AES-128-CCM',
    by: 'gnutls',
  },
  {
    name: 'gnutls, TLS 1.2 with CBC',
    server: '',
    client: 'NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+AES-256-CBC',
    by: 'gnutls',
  },
  { name: 'Python, mutual', server: MUTUAL, client: "c.load_cert_chain('rsa.pem', 'rsa.key')", by: 'python' },
  {
    name: 'Python, TLS 1.2, mutual',
    server: MUTUAL,
    client: "c.load_cert_chain('rsa.pem', 'rsa.key'); c.maximum_version = ssl.TLSVersion.TLSv1_2",
    by: 'python',
  },
  {
    name: 'Python without a certificate',
    server: `${MUTUAL} -verify_return_error`,
    client: '',
    refused: true,
    by: 'python',
  },
  { name: 'curl', server: '', client: '', by: 'curl' },
  { name: 'curl, TLS 1.2, mutual', server: MUTUAL, client: '--tls-max 1.2 --cert rsa.pem --key rsa.key', by: 'curl' },
];

const split = (words: string): string[] => words.split(' ').filter((word) => word !== '');

/** Resolves with the first match in what a child prints. */
function heard(child: ChildProcess, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const more = (data: Buffer): void => {
      const found = pattern.exec((text += data.toString()));
      if (found) resolve(found[1] ?? found[0]);
    };
    child.stdout?.on('data', more);
    child.stderr?.on('data', more);
    child.once('exit', () => reject(new Error(`ended before ${pattern.source}: ${text.slice(-300)}`)));
  });
}

const skip = !['openssl', 'tshark', 'gnutls-cli', 'python3', 'curl'].every(hasProgram);
describe.skipIf(skip)('one capture of many peers', () => {
  const openssl = new Openssl();
  const at = (name: string): string => join(openssl.folder, name);
  const recorded: Chunk[][] = [];
  beforeAll(async () => {
    for (const [name, key] of [
      ['rsa', 'rsa:2048'],
      ['ec', 'ec -pkeyopt ec_paramgen_curve:P-256'],
    ] as const)
      openssl.must(
        `req -x509 -newkey ${key} -nodes -keyout ${name}.key -out ${name}.pem -subj /O=Agreement/CN=${name} -days 2`,
      );
    for (const run of RUNS) recorded.push(await recordRun(run));
    const parts = recorded.map((chunks, index) => {
      const client = { address: '127.0.0.2', port: 50_000 + index };
      const server = { address: '127.0.0.1', port: 8443 };
      const written = writePcapng({ chunks, client, server, startedAt: 1.7e12 + index * 1e4, keyLog: '', comment: '' });
      if (!written.ok) throw new Error(written.error.why);
      return written.value;
    });
    writeFileSync(at('all.pcapng'), Buffer.concat(parts)); // sections one after the other
  });
  afterAll(() => openssl.close());

  async function recordRun({ server, client, by }: Run): Promise<Chunk[]> {
    const relay = spawn('openssl', split(`${SERVE} ${server}`), { cwd: openssl.folder });
    const port = Number(await heard(relay, /ACCEPT .*:(\d+)/));
    const chunks: Chunk[] = [];
    const tap = createServer((near) => {
      const far = connect(port, '127.0.0.1');
      for (const [from, source, target] of [
        ['client', near, far],
        ['server', far, near],
      ] as const) {
        source.on('data', (data: Buffer) => {
          chunks.push({ from, at: chunks.length, bytes: Uint8Array.from(data) });
          target.write(data);
        });
        source.on('end', () => target.end());
        source.on('error', () => target.destroy());
      }
    });
    await new Promise<void>((resolve) => tap.listen(0, '127.0.0.1', resolve));
    const own = String((tap.address() as AddressInfo).port);
    const visitor = visits(own, client, by);
    visitor.stdin.on('error', () => undefined);
    visitor.stdin.write('hello\n');
    const ended = once(visitor, 'exit');
    await Promise.race([heard(visitor, /olleh|PTTH/).catch(() => undefined), ended]);
    visitor.stdin.end();
    visitor.kill();
    await ended;
    relay.kill();
    await new Promise((resolve) => tap.close(resolve));
    return chunks;
  }

  function visits(port: string, client: string, by: Run['by']): ChildProcessWithoutNullStreams {
    const options = { cwd: openssl.folder, env: { ...process.env, SSLKEYLOGFILE: at('keys.log') } };
    switch (by) {
      case 'gnutls':
        return spawn('gnutls-cli', ['--insecure', '--priority', client, '-p', port, 'localhost'], options);
      case 'python':
        return spawn('python3', ['-c', PYTHON(port, client)], options);
      case 'curl': // the server's answer is the request read backwards
        return spawn('curl', [...split('-skN --http0.9'), ...split(client), `https://localhost:${port}/`], options);
      default:
        return spawn('openssl', split(`${VISIT.replace('PORT', port)} ${client}`), { cwd: openssl.folder });
    }
  }

  const FIELDS = [
    'tls.handshake.type',
    'tls.handshake.length',
    'tls.alert_message.desc',
    'x509af.serialNumber',
    'tls.record.length',
  ];

  test('the same messages, alerts, certificates and records in each connection', () => {
    const keyLog = existsSync(at('keys.log')) ? readFileSync(at('keys.log'), 'latin1') : '';
    const options = [
      '-r',
      at('all.pcapng'),
      '-o',
      `tls.keylog_file:${at('keys.log')}`,
      '-d',
      'tcp.port==8443,tls',
      '-Y',
      'tls',
    ];
    const columns = ['tcp.stream', ...FIELDS].flatMap((field) => ['-e', field]);
    const text = execFileSync('tshark', [...options, '-T', 'fields', '-E', 'separator=|', ...columns], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const seen = RUNS.map((_, index) => {
      const rows = text
        .split('\n')
        .map((line) => line.split('|'))
        .filter(([stream]) => stream === String(index));
      return FIELDS.map((_field, column) => rows.flatMap((row) => (row[column + 1] ?? '').split(',').filter(Boolean)));
    });
    const capture = readCapture(readFileSync(at('all.pcapng')));
    const log = withResumed(capture.connections, keyLog);
    expect(capture.problems).toEqual([]);
    expect(capture.connections).toHaveLength(RUNS.length);
    for (const [index, { name, refused }] of RUNS.entries()) {
      const inspected = inspect(capture, index, log);
      if (!inspected) throw new Error('There is no such connection.');
      const { messages, alerts, certificates, records, bytes, outcome, verified } = connectionJson(inspected);
      const [types, lengths, codes, serials = [], recordLengths] = seen[index] ?? [];
      const plain = serials.map((serial) =>
        serial
          .replaceAll(/^0x|:/g, '')
          .replace(/^00(?=.)/, '')
          .toLowerCase(),
      );
      expect({
        name,
        types: messages.map(({ type }) => String(type)),
        lengths: messages.map(({ length }) => String(length - 4)),
        codes: alerts.map(({ code }) => String(code)),
        serials: [...certificates.server, ...certificates.client].map(({ serial }) => serial),
        records: records.map(({ length }) => String(length - 5)),
      }).toEqual({ name, types, lengths, codes, serials: plain, records: recordLengths });
      expect({ name, explained: bytes.explained, outcome }).toEqual({
        name,
        explained: bytes.total,
        outcome: refused ? 'refused' : 'established',
      });
      if (!refused) expect({ name, ...verified.finished }).toEqual({ name, client: true, server: true });
    }
  });
});
