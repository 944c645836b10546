/** `trustwalk inspect` on captures of real peers, against what tshark sees in the same file. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCapture } from '../../src/core/capture/read-capture.ts';
import { writePcapng } from '../../src/core/capture/write-pcapng.ts';
import { Openssl } from '../openssl.ts';
import { hasProgram } from '../programs.ts';
import { type Recorded, recordSession } from './recorded.ts';

const START = fileURLToPath(new URL('../../server/start.js', import.meta.url));
const CLIENT = { address: '127.0.0.2', port: 50_000 };
const SERVER = { address: '127.0.0.1', port: 8443 };

function trustwalk(args: readonly string[], input?: Uint8Array) {
  const environment = { ...process.env, NO_COLOR: '' };
  return spawnSync(process.execPath, [START, 'inspect', ...args], {
    input,
    env: environment,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
}

interface Json {
  readonly connections: readonly {
    readonly version: string;
    readonly cipherSuite: string;
    readonly outcome: string;
    readonly mutual: boolean;
    readonly records: readonly { readonly type: number; readonly length: number; readonly decrypted: boolean }[];
    readonly messages: readonly { readonly type: number; readonly length: number }[];
    readonly alerts: readonly { readonly code: number }[];
    readonly certificates: {
      readonly client: readonly { serial: string }[];
      readonly server: readonly { serial: string }[];
    };
  }[];
  readonly problems: readonly { readonly text: string }[];
}

function inspected(file: string, ...more: readonly string[]): Json {
  const { status, stdout, stderr } = trustwalk([file, '--json', ...more]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout) as Json;
}

/** All values of one field in the order of the file. */
function tshark(file: string, field: string, ...more: readonly string[]): string[] {
  const options = ['-r', file, '-d', 'tcp.port==8443,tls', ...more, '-T', 'fields', '-E', 'occurrence=a', '-e', field];
  const text = execFileSync('tshark', options, {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return text.split(/[\n,]/).filter((value) => value !== '');
}

const RUNS = [
  { name: 'TLS 1.3, AES-256-GCM', version: 'TLSv1.3', suite: 'TLS_AES_256_GCM_SHA384' },
  { name: 'TLS 1.3, ChaCha20', version: 'TLSv1.3', suite: 'TLS_CHACHA20_POLY1305_SHA256' },
  { name: 'TLS 1.2, AES-128-GCM', version: 'TLSv1.2', suite: 'ECDHE-RSA-AES128-GCM-SHA256' },
  {
    name: 'TLS 1.2, no certificate of the client',
    version: 'TLSv1.2',
    suite: 'ECDHE-RSA-AES128-GCM-SHA256',
    bare: true,
  },
] as const;

const skip = !hasProgram('openssl') || !hasProgram('tshark');
describe.skipIf(skip)('captures of Node and openssl', () => {
  const openssl = new Openssl();
  const recorded = new Map<string, Recorded>();
  const at = (name: string): string => join(openssl.folder, name);
  beforeAll(async () => {
    trustwalk(['--help']); // the first start after a change builds, and says so
    openssl.must('req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -subj /CN=localhost -days 2');
    for (const run of RUNS) recorded.set(run.name, await recordSession(openssl.folder, run));
  });
  afterAll(() => openssl.close());

  /** Writes a run as a capture; returns its path. */
  function capture(name: string): string {
    const run = recorded.get(name)!;
    const file = writePcapng({ ...run, client: CLIENT, server: SERVER, startedAt: 1_700_000_000_000, comment: name });
    if (!file.ok) throw new Error(file.error.why);
    writeFileSync(at('run.pcapng'), file.value);
    return at('run.pcapng');
  }

  test.each(RUNS)('$name: tshark sees the same', ({ name }) => {
    const file = capture(name);
    const [connection] = inspected(file).connections;
    expect(connection?.messages.map(({ type }) => String(type))).toEqual(tshark(file, 'tls.handshake.type'));
    expect(connection?.messages.map(({ length }) => String(length - 4))).toEqual(tshark(file, 'tls.handshake.length'));
    expect(connection?.alerts.map(({ code }) => String(code))).toEqual(tshark(file, 'tls.alert_message.desc'));
    const serials = tshark(file, 'x509af.serialNumber').map((serial) =>
      serial
        .replaceAll(/^0x|:/g, '')
        .replace(/^00(?=.)/, '') // which keeps a number positive whose first bit is set
        .toLowerCase(),
    );
    const { client = [], server = [] } = connection?.certificates ?? {};
    expect([...server, ...client].map(({ serial }) => serial)).toEqual(serials);
    expect(connection?.records.every(({ decrypted, type }) => decrypted || type !== 23)).toBe(true);
    expect(connection).toMatchObject({
      outcome: name.includes('no cert') ? 'refused' : 'established',
      mutual: !name.includes('no cert'),
    });
  });

  test.each(RUNS)('$name: what is written has nothing that tshark complains of', ({ name }) => {
    const file = capture(name);
    const checked = ['-o', 'ip.check_checksum:TRUE', '-o', 'tcp.check_checksum:TRUE'];
    const bad = tshark(
      file,
      'frame.number',
      ...checked,
      '-Y',
      'tcp.analysis.flags || _ws.malformed || ip.checksum.status == 0 || tcp.checksum.status == 0',
    );
    expect(bad).toEqual([]);
    if (!name.includes('no cert'))
      expect(tshark(file, 'tls.app_data').length + tshark(file, 'data.data').length).toBeGreaterThan(0);
  });

  const FORMATS = ['pcap', 'pcapng', 'nsecpcap', 'modpcap'] as const;
  test.skipIf(!hasProgram('editcap')).each(FORMATS)('as editcap writes %s', (format) => {
    const [run] = RUNS;
    const file = capture(run.name);
    execFileSync('editcap', ['-F', format, file, at('other')]);
    writeFileSync(at('secrets.log'), recorded.get(run.name)!.keyLog);
    expect(inspected(at('other'), '--keylog', at('secrets.log')).connections).toEqual(inspected(file).connections);
    expect(inspected(at('other'), '--keylog', at('secrets.log')).problems).toEqual([]);
  });

  test('several captures in one, as mergecap makes them', () => {
    if (!hasProgram('mergecap')) return;
    const first = readFileSync(capture(RUNS[0].name));
    writeFileSync(at('first.pcapng'), first);
    const run = recorded.get(RUNS[2].name)!;
    const other = writePcapng({
      ...run,
      client: { ...CLIENT, port: 50_001 },
      server: SERVER,
      startedAt: 1_700_000_100_000,
      comment: '',
    });
    if (!other.ok) throw new Error(other.error.why);
    writeFileSync(at('second.pcapng'), other.value);
    execFileSync('mergecap', ['-w', at('both.pcapng'), at('first.pcapng'), at('second.pcapng')]);
    writeFileSync(at('secrets.log'), recorded.get(RUNS[0].name)!.keyLog + run.keyLog);
    const { connections } = inspected(at('both.pcapng'), '--keylog', at('secrets.log'));
    expect(connections.map(({ version, outcome }) => [version, outcome])).toEqual([
      ['TLS 1.3', 'established'],
      ['TLS 1.2', 'established'],
    ]);
  });

  test('a tree for people: no colour in a pipe, hidden characters of a peer as escapes', () => {
    const { status, stdout } = trustwalk(['-'], readFileSync(capture(RUNS[0].name)));
    expect(status).toBe(0);
    expect(stdout).toContain('established: TLS 1.3, TLS_AES_256_GCM_SHA384');
    expect(stdout).toContain('"evil \\u001b[31m \\u202e"');
    expect(stdout).not.toContain('\u001b');
    expect(stdout).not.toContain('\u202e');
  });

  test('what is no capture, and a wrong command line', () => {
    const words = (...args: string[]) => {
      const { status, stderr, stdout } = trustwalk(args);
      expect(stdout).toBe('');
      expect(stderr.trim().split('\n')).toHaveLength(1);
      return [status, stderr];
    };
    expect(words(at('cert.pem'))).toEqual([
      1,
      expect.stringContaining('a certificate in PEM, not a capture') as string,
    ]);
    expect(words(at('absent'))).toEqual([1, expect.stringContaining('no such file') as string]);
    expect(words(openssl.folder)).toEqual([1, expect.stringContaining('folder') as string]);
    expect(words(capture(RUNS[0].name), '--keylog', at('cert.pem'))).toEqual([
      1,
      expect.stringContaining('key log') as string,
    ]);
    for (const args of [[], ['a', 'b'], ['a', '--what']]) expect(words(...args)[0]).toBe(2);
  });

  test('the secrets in the file are enough', () => {
    const { keyLog } = readCapture(readFileSync(capture(RUNS[0].name)));
    expect(keyLog).toContain('SERVER_TRAFFIC_SECRET_0');
  });
});
