/** A learner's walk over the real bridge, with everything behind it real: relay, tap and desk. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { decodeRecords } from '../../src/core/bridge/frames.ts';
import { WHOLE_LOG } from '../../src/core/bridge/log.ts';
import type { RequestInput } from '../../src/core/bridge/messages.ts';
import type { WireRecord } from '../../src/core/bridge/run.ts';
import type { Result } from '../../src/core/bytes/result.ts';
import { createAuthority, createRequest, generateKey, issueCertificate } from '../../src/core/pki/pki.ts';
import { startTrustwalk, type Running } from '../../server/main.ts';
import { DEFAULT_OPTIONS } from '../../server/options.ts';
import { aTab, hello, type Tab } from '../security/front.ts';
import { ask, request } from '../security/raw.ts';

let folder: string;
let running: Running;
let host: string;
let cookie: string;
const logged: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trustwalk-walk-'));
  writeFileSync(join(folder, 'index.html'), '');
  const places = { port: 0, deskPort: 0, certs: join(folder, 'certs'), data: join(folder, 'data') };
  running = await startTrustwalk({ ...DEFAULT_OPTIONS, ...places }, (line) => logged.push(line), folder);
  const { host: ours, port, search } = new URL(running.url);
  host = ours;
  const { headers } = await ask(Number(port), request(`GET /${search} HTTP/1.1`, [`Host: ${ours}`]));
  cookie = headers.get('set-cookie')?.split(';')[0] ?? '';
});
afterAll(async () => {
  await running.close();
  await running.close(); // may run twice
  rmSync(folder, { recursive: true });
});

function must<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new Error(result.error.why);
  return result.value;
}

/** Everything a tab was told with a number: `seq` and what it was. */
function numbered(tab: Tab): [number, string][] {
  return tab.received.flatMap((message): [number, string][] => {
    if (!(message instanceof Uint8Array)) return 'seq' in message ? [[message.seq, message.type]] : [];
    return recordsIn(message).map(({ seq }): [number, string] => [seq, 'record']);
  });
}

function recordsIn(frame: Uint8Array): readonly WireRecord[] {
  const decoded = decodeRecords(frame);
  if (decoded.kind === 'refused') throw new Error(decoded.text);
  return decoded.records;
}

/** Makes a CA and alice's certificate, has the relay's request signed, and loads it. */
async function prepared(tab: Tab): Promise<RequestInput> {
  const now = Date.now();
  const caKey = (await generateKey()).privateKey;
  const ca = must(createAuthority({ privateKey: caKey, subject: 'CN=Walk CA', now }));
  const issuer = { certificate: ca, privateKey: caKey };
  tab.say({ type: 'csr', id: 1 });
  const { pem } = await tab.next('csr');
  const certificate = must(issueCertificate({ request: pem, issuer, for: 'server', now }));
  tab.say({ type: 'relay', id: 2, engine: 'node', certificate, trust: [ca] });
  await tab.next('relay-ready');
  const lentKey = (await generateKey()).privateKey;
  const csr = must(createRequest({ privateKey: lentKey, subject: 'CN=alice' }));
  const alice = must(issueCertificate({ request: csr, issuer, for: 'client', now }));
  return {
    ...{ type: 'dial', id: 3, client: 'node', hold: false, label: 'good', version: '1.3', serverName: 'localhost' },
    ...{ trust: [ca], certificate: alice, lentKey },
  };
}

test('a handshake comes record by record, in order, and again to a page that reconnects', async () => {
  const tab = await aTab({ host }, cookie);
  tab.say(hello());
  expect(await tab.next('welcome')).toMatchObject({ desk: { port: running.deskPort, passphraseIsExample: true } });
  tab.say(await prepared(tab));
  const { run } = await tab.next('dialled');
  const greeting = await tab.next('heard');
  expect(JSON.parse(greeting.line)).toMatchObject({ type: 'hello', service: 'order-desk', subject: 'CN=alice' });

  tab.say({ type: 'hang-up', id: 4, run });
  for (let ends = 0; ends < 2; ends++) await tab.next('closed');
  const heard = numbered(tab);
  expect(heard.map(([seq]) => seq)).toEqual(heard.map((_, index) => index + 1));
  const [first] = tab.received.flatMap((message) => (message instanceof Uint8Array ? recordsIn(message) : []));
  expect(first?.from).toBe('client');
  expect(first && 'sent' in first && [...first.sent.subarray(0, 3)]).toEqual([22, 3, 1]); // a ClientHello's record, RFC 8446 §5.1

  const again = await aTab({ host }, cookie);
  again.say(hello('tab', 5));
  for (let ends = 0; ends < 2; ends++) await again.next('closed');
  expect(numbered(again).slice(0, heard.length - 5)).toEqual(heard.slice(5)); // an event may still have come since
  expect(await tab.closed).toBe(4009);
  again.socket.terminate();
});

test('the run stands in the handshake log, for its learner and nobody else', async () => {
  const rowsOf = async (learner: string) => {
    const tab = await aTab({ host }, cookie);
    tab.say(hello(learner));
    tab.say({ type: 'log-rows', id: 1, query: WHOLE_LOG, upTo: null, offset: 0, most: 9 });
    const { rows } = await tab.next('log-rows');
    tab.socket.terminate();
    return rows;
  };
  const own = await vi.waitFor(async () => {
    const [run] = await rowsOf('tab');
    expect(run).toMatchObject({ whose: 'learner', isOpen: false });
    return run;
  }, 5_000);
  expect(own).toMatchObject({
    ...{ label: 'good', version: 'TLS 1.3', outcome: 'established', mutual: true, changed: 0 },
    subjects: { client: 'CN=alice' },
  });
  expect((await rowsOf('somebody')).map(({ whose }) => whose)).toEqual(['desk']);
});

test('a page that comes is shown the latest connection to the desk: its own check at the start', async () => {
  const tab = await aTab({ host }, cookie);
  tab.say(hello('other'));
  const run = await tab.next('desk-run');
  expect(run).toMatchObject({ outcome: 'accepted', subject: 'CN=client,O=Order Desk' });
  expect(run.bars.length).toBeGreaterThan(5);
  tab.socket.terminate();
});

test('no key, no token and no password has been logged', () => {
  const { search } = new URL(running.url);
  for (const line of logged) {
    expect(line).not.toContain('PRIVATE KEY');
    expect(line).not.toContain(search.slice('?token='.length));
  }
});
