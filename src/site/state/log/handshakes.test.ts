import { beforeEach, describe, expect, test, vi } from 'vitest';
import { WHOLE_LOG, type LogNews, type LogRow } from '$core/bridge/log.ts';
import type { LogAsk, LogReply } from '../link.ts';
import { Handshakes } from './handshakes.svelte.ts';
import type { LogPort } from './port.ts';

function row(id: number, more: Partial<LogRow> = {}): LogRow {
  const places = { client: { address: '127.0.0.1', port: id }, server: { address: '127.0.0.1', port: 6226 } };
  const facts = { version: 'TLS 1.3', cipherSuite: null, serverName: null, resumed: false, mutual: true } as const;
  const ends = { alert: null, silentEnd: null, reason: null, records: 9, bytes: 99, changed: 0, isCut: false };
  const sides = { client: null, server: null };
  return {
    ...{ id, whose: 'desk', label: 'desk', startedAt: 0, isOpen: false, outcome: 'established' },
    ...{ ...places, ...facts, ...ends, subjects: sides, serials: sides, strip: { bars: [], leftOut: null }, ...more },
  };
}

/** A server with a log of its own. */
class Server implements LogPort {
  last = 120;
  readonly asked: LogAsk[] = [];
  readonly changed = new Map<number, LogRow>();
  #news: ((news: LogNews) => void) | null = null;

  async askLog(ask: LogAsk): Promise<LogReply> {
    this.asked.push(ask);
    if (ask.type !== 'log-rows') return { answer: { type: 'done', re: 1 }, file: [] };
    const upTo = ask.upTo ?? this.last;
    const counts = { total: this.last, open: 0, established: this.last, refused: 0, incomplete: 0 };
    const ids = Array.from({ length: ask.most }, (_, at) => upTo - ask.offset - at).filter((id) => id > 0);
    const rows = ids.map((id) => this.changed.get(id) ?? row(id));
    const answer = { type: 'log-rows', re: 1, upTo, matching: upTo, newer: this.last - upTo, counts, rows } as const;
    return { answer, file: [] };
  }
  onLogNews(listener: (news: LogNews) => void) {
    this.#news = listener;
    return () => (this.#news = null);
  }
  onWelcome = () => () => undefined;

  connects(isAll = true): void {
    this.last += 1;
    this.#news?.({ type: 'log-news', rows: [row(this.last)], isAll });
  }
  changes(changed: LogRow): void {
    this.changed.set(changed.id, changed);
    this.#news?.({ type: 'log-news', rows: [changed], isAll: true });
  }
}

let server: Server;
let log: Handshakes;
beforeEach(async () => {
  server = new Server();
  log = new Handshakes(server);
  log.follow();
  await vi.waitFor(() => expect(log.isThere).toBe(true));
});

describe('the list of the log', () => {
  test('has only the pages that somebody looks at', async () => {
    expect([log.matching, log.row(0)?.id, log.row(49)?.id, log.row(50)?.id]).toEqual([120, 120, 71, undefined]);
    log.look(95, 110);
    await vi.waitFor(() => expect(log.row(110)?.id).toBe(10));
    expect(log.row(99)?.id).toBe(21);
    const offsets = server.asked.flatMap((ask) => (ask.type === 'log-rows' ? [ask.offset] : []));
    expect(offsets).toEqual([0, 50, 100]);
  });

  test('gets what is new at its top, unless somebody reads', async () => {
    server.connects();
    await vi.waitFor(() => expect(log.row(0)?.id).toBe(121));
    log.setReading(true);
    server.connects();
    await vi.waitFor(() => expect(log.newer).toBe(1));
    expect(log.row(0)?.id).toBe(121);
    log.showNewer();
    await vi.waitFor(() => expect(log.row(0)?.id).toBe(122));
    expect(log.newer).toBe(0);
  });

  test('shows what becomes of a row where it stands', async () => {
    log.setReading(true);
    server.changes(row(118, { outcome: 'refused' }));
    await vi.waitFor(() => expect(log.row(2)?.outcome).toBe('refused'));
    expect(log.row(2)?.id).toBe(118);
  });

  test('asks again for what is in sight, when more has changed than it was told', async () => {
    log.setReading(true);
    log.look(0, 20);
    server.changed.set(110, row(110, { outcome: 'refused' }));
    server.connects(false);
    await vi.waitFor(() => expect(log.row(10)?.outcome).toBe('refused'));
    expect(log.row(0)?.id).toBe(120);
  });

  test('says why nothing comes', async () => {
    server.askLog = () => Promise.reject(new Error('The local server is not answering.'));
    log.find({ ...WHOLE_LOG, text: 'x' });
    await vi.waitFor(() => expect(log.trouble).toBe('The local server is not answering.'));
  });
});
