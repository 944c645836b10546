import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { LogRow } from '../../src/core/bridge/log.ts';
import { captureOf } from './captured.ts';
import { LOG_LIMITS } from './limits.ts';
import { about, aDraft, tellAll, told, word } from './fixtures/told.ts';
import { Recording } from './recording.ts';
import { lookAt } from './row.ts';

const ACCEPTED = word('trusts-peer', 'The desk accepted the certificate.');

describe('a connection in a few facts', () => {
  test('has what the core’s inspection found', () => {
    const { row, words } = lookAt(aDraft(7, {}, [...told(), ACCEPTED]));
    expect(row).toMatchObject({
      ...{ id: 7, whose: 'desk', isOpen: false, version: 'TLS 1.3', outcome: 'established', mutual: true },
      ...{ resumed: false, alert: null, reason: null, records: 17, changed: 0, isCut: false },
    });
    for (const side of ['client', 'server'] as const) {
      expect(row.subjects[side]).toMatch(/CN=/);
      expect(row.serials[side]).toMatch(/^[0-9a-f]+$/);
      expect(words).toContain(row.serials[side]);
    }
  });

  test('is not established where only the bytes say so: Node refuses with a bare FIN', () => {
    expect(lookAt(aDraft(1, {}, told())).row.outcome).toBe('incomplete');
    const refused = lookAt(aDraft(1, {}, [...told(), word('refuses-peer', 'The certificate has expired.')]));
    expect(refused.row).toMatchObject({ outcome: 'refused', reason: 'The certificate has expired.' });
    expect(refused.words).toContain('the certificate has expired');
    const turnedAway = [...told(), ACCEPTED, word('refuses-peer', 'This certificate was revoked.')];
    expect(lookAt(aDraft(1, {}, turnedAway)).row).toMatchObject({
      ...{ outcome: 'refused', reason: 'This certificate was revoked.' },
    });
  });

  test('has a bar for each record; a long connection loses its middle, and fits what the bridge carries', () => {
    const { strip } = lookAt(aDraft(1, {}, told())).row;
    expect(strip.leftOut).toBeNull();
    expect(strip.bars).toHaveLength(17);
    expect(strip.bars[0]).toMatchObject({ from: 'client', label: 'ClientHello', protection: 'clear' });
    const recording = new Recording(1, about(), () => undefined);
    tellAll(recording, told());
    const one = {
      from: 'server',
      sentAt: 20,
      at: 20,
      delivered: null,
      sent: Uint8Array.of(23, 3, 3, 0, 1, 7),
    } as const;
    for (let index = 17; index < 100; index++) recording.record({ ...one, index });
    const { row } = lookAt(recording.draft());
    expect(row.strip.bars.length + (row.strip.leftOut?.count ?? 0)).toBe(100);
    expect(v.is(LogRow, row)).toBe(true);
  });

  test('shows what was delivered, and counts what the tap changed', () => {
    const changed = told().map((fact) => {
      if (!('sent' in fact) || fact.index !== 16) return fact;
      return { ...fact, delivered: fact.sent.map((byte, at) => (at === 20 ? byte ^ 1 : byte)) };
    });
    const draft = aDraft(1, {}, changed);
    expect(lookAt(draft).row.changed).toBe(1);
    const capture = captureOf(draft);
    const chunks = capture.ok ? capture.value.connections[0]?.chunks : [];
    const sent = told().findLast((fact) => 'sent' in fact);
    expect(chunks?.at(-1)?.bytes).not.toEqual(sent && 'sent' in sent ? sent.sent : null);
  });
});

describe('a recording', () => {
  test('keeps the beginning of what is too long, and no record after the first that it left out', () => {
    const recording = new Recording(1, about(), () => undefined);
    tellAll(recording, told());
    const one = { from: 'server', sentAt: 20, at: 20, delivered: null } as const;
    for (let index = 17; index < 30; index++) recording.record({ ...one, index, sent: new Uint8Array(16_000) });
    recording.record({ ...one, index: 30, sent: new Uint8Array(6) });
    expect(recording.bytes).toBeLessThanOrEqual(LOG_LIMITS.recordBytes);
    expect(recording.draft().isCut).toBe(true);
    expect(recording.draft().frame.length).toBe(recording.bytes);
    expect(lookAt(recording.draft()).row).toMatchObject({ isCut: true, version: 'TLS 1.3' });
  });

  test('still takes what a program says after the end', () => {
    let news = 0;
    const recording = new Recording(1, about(), () => (news += 1));
    recording.over();
    recording.over();
    recording.take(word('ended', 'The client has closed the connection.'));
    expect(news).toBe(2);
    expect(recording.draft().words).toHaveLength(1);
  });
});
