/** Data, new keys, and the end of a connection. Sections are those of RFC 8446. */
import { afterAll, describe, expect, test, vi } from 'vitest';
import { TlsClient } from '../../src/core/tls/client/client.ts';
import { dissect } from '../../src/core/tls/dissect.ts';
import { hasProgram } from '../programs.ts';
import { hex, HostileServer, join, message, record, text, zeros, type Heard, type Settings } from './hostile-server.ts';
import { Identities } from './identities.ts';

vi.setConfig({ testTimeout: 60_000 });

const identities = new Identities();
afterAll(() => identities.close());

const meet = (settings: Partial<Settings> = {}) => new HostileServer({ identity: identities.of('p256'), ...settings });
const connected = (settings: Partial<Settings> = {}) => meet(settings).connect();

/** Outputs since a point, without records. */
function since(server: HostileServer, play: () => unknown) {
  const before = server.outputs.length;
  play();
  return server.outputs.slice(before).filter(({ kind }) => kind !== 'record' && kind !== 'key-log');
}
/** What the server heard since a point. */
function heardSince(server: HostileServer, play: () => unknown): readonly Heard[] {
  const before = server.heard.length;
  play();
  return server.heard.slice(before);
}
const data = (value: string) => ({ kind: 'data', bytes: text(value) }) as const;
const send = (value: string) => ({ kind: 'send', bytes: text(value) }) as const;
const heard = (type: number, content: Uint8Array): Heard => ({ under: 'application', type, content });

describe.skipIf(!hasProgram('openssl'))('application data', () => {
  test('pass both ways, cut into records of 2^14 bytes (§5.1)', () => {
    const server = connected();
    const long = zeros(2 ** 14 * 2 + 1).map((_, index) => index % 251);
    expect(since(server, () => server.deliver(server.sealed(23, long.subarray(0, 2 ** 14))))).toEqual([
      { kind: 'data', bytes: long.subarray(0, 2 ** 14) },
    ]);
    const lengths = heardSince(server, () => server.input({ kind: 'send', bytes: long })).map(
      ({ content }) => content.length,
    );
    expect(lengths).toEqual([2 ** 14, 2 ** 14, 1]);
    expect(join(...server.heard.slice(-3).map(({ content }) => content))).toEqual(long);
  });

  test('may be empty, and padded (§5.4)', () => {
    const server = connected();
    expect(since(server, () => server.deliver(server.sealed(23, zeros(0)), server.sealed(23, zeros(0), 99)))).toEqual([
      data(''),
      data(''),
    ]);
    expect(since(server, () => server.deliver(server.sealed(23, text('padded'), 2 ** 14 - 6)))).toEqual([
      data('padded'),
    ]);
    expect(heardSince(server, () => server.input(send('')))).toEqual([heard(23, zeros(0))]);
  });

  test('that are to be sent too early wait for the end of the handshake', () => {
    const server = meet();
    const bytes = text('as soon as possible');
    server.input({ kind: 'send', bytes });
    bytes.fill(0); // what was given is what is sent
    server.greet().input(send('and this'));
    expect(server.heard.every(({ type }) => type !== 23)).toBe(true);
    server.encrypted().prove().finish();
    expect(server.heard.slice(-2)).toEqual([heard(23, text('as soon as possible')), heard(23, text('and this'))]);
  });

  test('are dropped where the handshake fails', () => {
    const server = meet();
    server.input(send('secret'));
    server.greet().deliver(server.sealed(22, zeros(0)));
    expect(server.heard.at(-1)).toMatchObject({ type: 21, content: Uint8Array.of(2, 10) });
  });
});

describe.skipIf(!hasProgram('openssl'))('new keys (§4.6.3)', () => {
  const update = (request: number) => message(24, Uint8Array.of(request));
  /** The server changes its keys. */
  const updates = (server: HostileServer, request: number) => {
    server.deliver(server.sealed(22, update(request)));
    server.sending?.update();
    return server;
  };

  test('of the server are followed', () => {
    const server = connected();
    updates(server, 0);
    expect(since(server, () => server.deliver(server.sealed(23, text('new'))))).toEqual([data('new')]);
  });

  test('that it asks for are made once, under the old key', () => {
    const server = connected();
    expect(heardSince(server, () => updates(server, 1))).toEqual([heard(22, update(0))]);
    expect(heardSince(server, () => server.input(send('new')))).toEqual([heard(23, text('new'))]);
    expect(heardSince(server, () => updates(server, 0))).toEqual([]);
  });

  test('a thousand times, with data in between', () => {
    const server = connected();
    for (let round = 0; round < 1000; round++) {
      updates(server, round % 2);
      if (round % 100 === 0) {
        expect(since(server, () => server.deliver(server.sealed(23, text(`${round}`))))).toEqual([data(`${round}`)]);
        expect(heardSince(server, () => server.input(send('and back')))).toEqual([heard(23, text('and back'))]);
      }
    }
    expect(server.client.expects).toBe('anything');
  });

  test('of both sides may cross', () => {
    const server = connected();
    const crossing = server.sealed(22, update(1));
    server.sending?.update();
    expect(heardSince(server, () => server.input({ kind: 'key-update', asksPeer: true }))).toEqual([
      heard(22, update(1)),
    ]);
    expect(heardSince(server, () => server.deliver(crossing))).toEqual([heard(22, update(0))]);
    updates(server, 0);
    expect(since(server, () => server.deliver(server.sealed(23, text('still here'))))).toEqual([data('still here')]);
    expect(dissect(server.chunks, server.keyLog).problems).toEqual([]);
  });

  test('of this side wait for nobody, and do nothing before it is connected', () => {
    const server = meet();
    server.input({ kind: 'key-update', asksPeer: false });
    server.connect();
    expect(server.heard.filter(({ content, type }) => type === 22 && content[0] === 24)).toEqual([]);
    expect(heardSince(server, () => server.input({ kind: 'key-update', asksPeer: false }))).toEqual([
      heard(22, update(0)),
    ]);
    expect(heardSince(server, () => server.input(send('new')))).toEqual([heard(23, text('new'))]);
  });

  test('come by themselves before a key has protected too many records (§5.5)', () => {
    const server = connected({ options: { recordsPerKey: 3 } });
    const said = heardSince(server, () => {
      for (let count = 0; count < 5; count++) server.input(send(`${count}`));
      server.input({ kind: 'send', bytes: zeros(2 ** 14 * 2) });
    });
    expect(said.map(({ type }) => type)).toEqual([23, 23, 23, 22, 23, 23, 23, 22, 23]);
    expect(dissect(server.chunks, server.keyLog).problems).toEqual([]);
  });
});

const CLOSE_NOTIFY = heard(21, hex('0100'));

describe.skipIf(!hasProgram('openssl'))('close_notify (§6.1)', () => {
  const closes = (server: HostileServer) => server.deliver(server.sealed(21, hex('0100')));

  test('of the server: it is told, this side may send on, and then say the same', () => {
    const server = connected();
    expect(since(server, () => closes(server))).toEqual([{ kind: 'told', alert: 0 }]);
    expect(server.client.expects).toBe('closed');
    expect(heardSince(server, () => server.input(send('one more thing')))).toEqual([heard(23, text('one more thing'))]);
    expect(heardSince(server, () => server.input({ kind: 'key-update', asksPeer: false }))).toHaveLength(1);
    expect(heardSince(server, () => server.input({ kind: 'close' }))).toEqual([CLOSE_NOTIFY]);
    expect(heardSince(server, () => server.input(send('too late')))).toEqual([]);
    expect(heardSince(server, () => server.input({ kind: 'close' }))).toEqual([]);
  });

  test('of the server: what it says after it is ignored, even if it is nonsense', () => {
    const server = connected();
    closes(server);
    expect(since(server, () => server.deliver(server.sealed(23, text('late')), text('nonsense')))).toEqual([]);
    expect(since(server, () => closes(server))).toEqual([]);
  });

  test('of this side: it sends nothing more, and hears what the server still says', () => {
    const server = connected();
    expect(heardSince(server, () => server.input({ kind: 'close' }))).toEqual([CLOSE_NOTIFY]);
    const inputs = [send('late'), { kind: 'close' }, { kind: 'key-update', asksPeer: true }] as const;
    expect(heardSince(server, () => inputs.forEach((input) => server.input(input)))).toEqual([]);
    expect(since(server, () => server.deliver(server.sealed(23, text('the last word'))))).toEqual([
      data('the last word'),
    ]);
    // a KeyUpdate that asks for one cannot be answered any more
    expect(heardSince(server, () => server.deliver(server.sealed(22, message(24, hex('01')))))).toEqual([]);
    server.sending?.update();
    expect(since(server, () => closes(server))).toEqual([{ kind: 'told', alert: 0 }]);
    expect(server.client.expects).toBe('closed');
  });

  test('of this side: a fault of the server is told outside, and nothing goes on the wire', () => {
    const server = connected();
    server.input({ kind: 'close' });
    const before = server.outputs.length;
    server.deliver(server.sealed(22, zeros(0)));
    expect(server.outputs.slice(before)).toMatchObject([{ kind: 'refused', alert: 10 }]);
  });

  test.each(['0100', '0200', '6300'])('with level and code %s is one: the level does not count (§6)', (bytes) => {
    const server = connected();
    expect(since(server, () => server.deliver(server.sealed(21, hex(bytes))))).toEqual([{ kind: 'told', alert: 0 }]);
  });

  test('in the middle of the handshake is the end of it', () => {
    const server = meet();
    server.greet();
    expect(since(server, () => closes(server))).toEqual([{ kind: 'told', alert: 0 }]);
    expect(server.heard.at(-1)).toEqual({ under: 'handshake', type: 21, content: hex('0100') });
    expect(server.client.expects).toBe('closed');
    expect(since(server, () => server.encrypted())).toEqual([]);
  });
});

describe.skipIf(!hasProgram('openssl'))('closing before the client is connected (§6.1)', () => {
  test.each<[name: string, under: Heard['under'], play: (server: HostileServer) => unknown]>([
    ['before the server has answered', 'clear', () => undefined],
    ['after ServerHello', 'handshake', (server) => server.greet()],
    ['after Certificate', 'handshake', (server) => server.greet().encrypted().say(server.certificate())],
  ])('%s: user_canceled, then close_notify', (_name, under, play) => {
    const server = meet();
    play(server);
    expect(heardSince(server, () => server.input({ kind: 'close' }))).toEqual([
      { under, type: 21, content: hex('015a') },
      { under, type: 21, content: hex('0100') },
    ]);
    expect(server.client.expects).toBe('closed');
  });

  test('before it has begun: nothing goes out, and it never begins', () => {
    const client = new TlsClient({}, { random: (count) => zeros(count).fill(1), now: () => 0 });
    expect(client.handle({ kind: 'close' })).toEqual([]);
    expect(client.handle({ kind: 'start' })).toEqual([]);
    expect(client.expects).toBe('closed');
  });
});

describe.skipIf(!hasProgram('openssl'))('alerts of the server (§6)', () => {
  const CODES = [10, 20, 22, 40, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 70, 71, 80, 86, 109, 110, 112, 115, 116, 120];
  /** An error alert has come: the end of both directions, and no answer to it. */
  function expectEnd(server: HostileServer, play: () => unknown, code: number): void {
    expect(since(server, play)).toEqual([{ kind: 'told', alert: code }]);
    expect(server.client.expects).toBe('closed');
    expect(heardSince(server, () => [server.input(send('late')), server.input({ kind: 'close' })])).toEqual([]);
    expect(since(server, () => server.deliver(server.sealed(23, text('late'))))).toEqual([]);
  }

  test.each([...CODES, 1, 21, 100, 200, 255])('%i is the end, known or not', (code) => {
    const server = connected();
    expectEnd(server, () => server.deliver(server.sealed(21, Uint8Array.of(2, code))), code);
  });

  test.each([0, 1, 2, 255])('with level %i is the end: the level does not count', (level) => {
    const early = meet();
    expectEnd(early, () => early.deliver(record(21, Uint8Array.of(level, 40))), 40);
    const late = connected();
    expectEnd(late, () => late.deliver(late.sealed(21, Uint8Array.of(level, 116))), 116);
  });

  test('in the middle of the handshake come under its keys', () => {
    const server = meet();
    server.greet().encrypted();
    expect(since(server, () => server.deliver(server.sealed(21, hex('0228'))))).toEqual([{ kind: 'told', alert: 40 }]);
  });

  test('user_canceled is passed over: close_notify follows', () => {
    const server = connected();
    expect(since(server, () => server.deliver(server.sealed(21, hex('015a'))))).toEqual([]);
    expect(since(server, () => server.deliver(server.sealed(21, hex('0100'))))).toEqual([{ kind: 'told', alert: 0 }]);
  });
});

describe.skipIf(!hasProgram('openssl'))('a key that cannot sign', () => {
  test('ends the handshake with internal_error', () => {
    const { der } = identities.of('p256', 7);
    const server = meet({ options: { identity: { chain: [der], schemes: [0x0403] } } });
    server.connect({ asks: true });
    expect(server.client.expects).toBe('signature');
    server.input({ kind: 'no-signature', why: 'The key is locked away.' });
    expect(server.outputs.at(-1)).toEqual({ kind: 'refused', alert: 80, why: 'The key is locked away.' });
    expect(server.heard.at(-1)).toEqual({ under: 'handshake', type: 21, content: hex('0250') });
    expect(server.client.expects).toBe('closed');
  });
});

describe.skipIf(!hasProgram('openssl'))('inputs that do not fit the moment', () => {
  test('change nothing', () => {
    const server = meet();
    const stray = [
      { kind: 'start' },
      { kind: 'verdict', refusal: null },
      { kind: 'verdict', refusal: { alert: 48, why: 'Nobody asked.' } },
      { kind: 'signature', signature: zeros(70) },
      { kind: 'no-signature', why: 'Nobody asked.' },
      { kind: 'key-update', asksPeer: true },
      { kind: 'bytes', bytes: zeros(0) },
    ] as const;
    const tryAll = () => stray.forEach((input) => expect(server.client.handle(input)).toEqual([]));
    tryAll();
    server.greet();
    tryAll();
    server.encrypted();
    tryAll();
    server.prove();
    tryAll();
    server.finish();
    const [one, ...others] = stray.filter(({ kind }) => kind !== 'key-update');
    for (const input of [one, ...others]) if (input) expect(server.client.handle(input)).toEqual([]);
    expect(server.finishedHolds).toEqual([true]);
  });
});
