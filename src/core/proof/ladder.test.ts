// @vitest-environment jsdom
import { expect, test } from 'vitest';
import type { Run } from '../bridge/run.ts';
import { aRun, heldFrom, withRecord } from './fixtures/run.ts';
import { ladderOf } from './ladder.ts';

const RUN = aRun();

/** Parsed by a foreign reader of XML, strictly: anything that is not well formed is an error. */
function drawn(run: Run): Document {
  const xml = new TextDecoder().decode(ladderOf(run).bytes);
  const document = new DOMParser().parseFromString(xml, 'image/svg+xml');
  expect(document.querySelector('parsererror')?.textContent ?? '').toBe('');
  return document;
}
const lines = (run: Run) => [...drawn(run).querySelectorAll('.record line')];
const words = (run: Run, record: number) =>
  drawn(run).querySelectorAll('.record')[record]?.querySelector('title')?.textContent;

test('has one line for each record, a title and a description, and nothing that runs or is fetched', () => {
  const document = drawn(RUN);
  expect(document.querySelectorAll('line')).toHaveLength(RUN.records.length);
  expect(document.querySelectorAll('.end')).toHaveLength(2);
  const root = document.documentElement;
  expect(root.getAttribute('role')).toBe('img');
  const named = root
    .getAttribute('aria-labelledby')
    ?.split(' ')
    .map((id) => document.getElementById(id)?.textContent);
  expect(named?.[0]).toBe('Run good: TLS 1.3, client Node, server Node');
  expect(named?.[1]).toContain('Record 1, client to server, ClientHello, ');
  const names = [...document.querySelectorAll('*')].map(({ localName }) => localName);
  expect(new Set(names)).toEqual(new Set(['svg', 'title', 'desc', 'rect', 'text', 'g', 'path', 'line']));
  const attributes = [...document.querySelectorAll('*')].flatMap((one) => one.getAttributeNames());
  expect(attributes.filter((name) => /^on|href|^style$/.test(name))).toEqual([]);
});

test('a line ends where its record ended: dropped and held ones at the tap, injected ones begin there', () => {
  const at = (run: Run, record: number) => {
    const line = lines(run)[record];
    return [line?.getAttribute('x1'), line?.getAttribute('x2')];
  };
  const dropped = withRecord(RUN, 0, { delivered: new Uint8Array() });
  expect([at(RUN, 0), at(dropped, 0), at(heldFrom(RUN, 0), 0)]).toEqual([
    ['70', '690'],
    ['70', '380'],
    ['70', '380'],
  ]);
  const hello = RUN.records[0]?.sent ?? new Uint8Array();
  expect(at(withRecord(RUN, 0, { sent: new Uint8Array(), delivered: hello }), 0)).toEqual(['380', '690']);
  expect(words(dropped, 0)).toMatch(/, in clear, dropped at the tap\.$/);
  expect(words(heldFrom(RUN, 0), 0)).toMatch(/waits at the tap\.$/);
  expect(words(withRecord(RUN, 5, { delivered: Uint8Array.of(1) }), 5)).toMatch(/changed by the tap\.$/);
});

test('what a peer or a learner has named is text, whatever it looks like', () => {
  const name = `<script>alert(1)</script>&"'\u0000\u202e\ufffe]]>`;
  const document = drawn({ ...RUN, serverName: name });
  expect(document.querySelector('script')).toBeNull();
  expect(document.documentElement.textContent).toContain(`<script>alert(1)</script>&"'\\u0000\\u202e\ufffd]]>`);
});
