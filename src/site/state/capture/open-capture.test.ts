import * as build from '$core/capture/fixtures/build.ts';
import { beforeAll, expect, test } from 'vitest';
import { OpenCapture } from './open-capture.svelte.ts';
import { Reader } from './reader.ts';

const { TLS13 } = build;
const PCAP = build.pcap(
  Array.from({ length: 30 }, (_, at) => build.packets(build.sentBy(TLS13.chunks), { port: 50_000 + at })).flat(),
);

beforeAll(() => {
  // jsdom's Blob has no arrayBuffer
  Blob.prototype.arrayBuffer ??= function (this: Blob) {
    return new Promise((resolve) => {
      const reader = new FileReader();
      reader.onload = () => resolve(reader.result as ArrayBuffer);
      reader.readAsArrayBuffer(this);
    });
  };
});

async function anOpenCapture(): Promise<OpenCapture> {
  const reader = new Reader();
  const opened = await reader.open(new Blob([PCAP.slice()]), [], () => undefined);
  if (opened.kind !== 'opened') throw new Error(opened.kind);
  const capture = new OpenCapture('a.pcap', PCAP.length, opened, reader);
  await capture.begin();
  return capture;
}

const settled = async (until: () => boolean) => expect.poll(until).toBe(true);

test('the first rows come at once, more and the first connection afterwards, and the rest when asked', async () => {
  const capture = await anOpenCapture();
  expect([capture.list?.rows.length, capture.showing]).toEqual([8, null]);
  capture.goOn();
  await settled(() => capture.list?.known === 30);
  expect([capture.list?.rows.length, capture.showing?.connection.row.summary.index]).toEqual([24, 0]);
  const before = capture.list?.rows[3];
  await capture.more();
  expect(capture.list?.rows.length).toBe(30);
  expect(capture.list?.rows[3]).toBe(before); // or it would be drawn again
});

test('with secrets added later, what was selected stays selected and is open', async () => {
  const capture = await anOpenCapture();
  capture.goOn();
  await settled(() => capture.list?.known === 30);
  await capture.select(2);
  await capture.choose({ kind: 'record', index: 9 });
  expect(capture.showing?.detail?.record).toMatchObject({ index: 9, label: 'Sealed' });
  await capture.useKeyLogs([new Blob([TLS13.keyLog])]);
  expect(capture.showing?.connection.row.summary).toMatchObject({ index: 2, locked: 0 });
  expect(capture.showing?.detail?.record).toMatchObject({ index: 9, label: 'Certificate' });
  expect([capture.keyed, capture.list?.rows[2]?.isKeyed]).toEqual([30, true]);
});

test('a reader that fails leaves what is shown, and its reason', async () => {
  const capture = await anOpenCapture();
  capture.goOn();
  await settled(() => capture.list?.known === 30);
  const before = capture.showing;
  await capture.select(99);
  expect([capture.trouble, capture.showing]).toEqual([null, before]);
  const gone = new OpenCapture('b.pcap', 1, capture.facts, new Reader());
  await gone.find({ text: 'x', outcome: null });
  expect(gone.trouble).toContain('No capture');
});
