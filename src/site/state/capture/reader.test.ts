// @vitest-environment node
// jsdom's Blob has no stream
import * as build from '$core/capture/fixtures/build.ts';
import { expect, test } from 'vitest';
import { Reader } from './reader.ts';
import { unpacked } from './unpack.ts';

const { TLS12, TLS13 } = build;
const PCAP = build.pcap(
  [TLS12, TLS13].flatMap(({ chunks }, at) => build.packets(build.sentBy(chunks), { port: 50_000 + at })),
);
const ALL = { text: '', outcome: null } as const;
const aBlob = (...parts: (Uint8Array | string)[]) =>
  new Blob(parts.map((part) => (typeof part === 'string' ? part : part.slice())));
const gzipped = async (content: Uint8Array | string): Promise<Uint8Array> => {
  const packed = aBlob(content).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(packed).arrayBuffer());
};
const opening = (file: Blob, ...keyLogs: Blob[]) => new Reader().open(file, keyLogs, () => undefined);

test('a capture is opened, as it is or compressed, with the key logs beside it', async () => {
  const opened = { kind: 'opened', format: 'pcap', connections: 2, ownSecrets: 0, keyed: 1, problems: [] };
  for (const file of [aBlob(PCAP), aBlob(await gzipped(PCAP))])
    expect(await opening(file, aBlob('# first\n'), aBlob(TLS13.keyLog))).toMatchObject(opened);
});

test('compressed data that break off are told, and what came before is there', async () => {
  const packed = await gzipped(PCAP);
  const opened = await opening(aBlob(packed.subarray(0, packed.length - 900)));
  expect(opened).toMatchObject({ kind: 'opened' });
  if (opened.kind !== 'opened') return;
  expect(opened.problems[0]?.text).toContain('compressed data end too early');
});

test('a small file that unpacks to a huge one is not unpacked to its end', async () => {
  const bomb = aBlob(await gzipped(new Uint8Array(3_000_000)));
  expect(bomb.size).toBeLessThan(5000);
  expect(await unpacked(bomb, 1_000_000)).toMatchObject({ isTooLarge: true, bytes: { length: 0 } });
  expect(await unpacked(aBlob(PCAP), PCAP.length - 1)).toMatchObject({ isTooLarge: true });
  expect((await unpacked(aBlob(PCAP), PCAP.length)).bytes).toEqual(PCAP);
});

test('what is no capture, or has no TLS in it, is said in words', async () => {
  const plain = build.pcap(
    build.packets(build.sentBy([{ from: 'client', at: 0, bytes: build.text('GET / HTTP/1.1\r\n\r\n') }])),
  );
  expect(await opening(aBlob('hello'))).toMatchObject({
    kind: 'noCapture',
    why: expect.stringContaining('text') as string,
  });
  expect(await opening(aBlob(await gzipped(TLS13.keyLog)))).toMatchObject({
    why: expect.stringContaining('key log, compressed') as string,
  });
  expect(await opening(aBlob(plain))).toMatchObject({
    kind: 'noTls',
    problems: [{ text: expect.stringContaining('1 TCP connection without TLS') as string }],
  });
});

test('key logs that come later are read, and those that fit nothing are counted as such', async () => {
  const reader = new Reader();
  await reader.open(aBlob(PCAP), [], () => undefined);
  expect((await reader.show(1))?.row.summary.locked).toBe(13);
  expect([await reader.fits(aBlob(TLS13.keyLog)), await reader.fits(aBlob('nothing'))]).toEqual([1, 0]);
  expect(await reader.useKeyLogs([aBlob(TLS13.keyLog), aBlob(TLS12.keyLog)])).toBe(2);
  expect((await reader.show(1))?.row.summary.locked).toBe(0);
});

test('looking at all connections stops when it is told to rest, and goes on when it is asked again', async () => {
  const many = build.pcap(
    Array.from({ length: 60 }, (_, at) => build.packets(build.sentBy(TLS13.chunks), { port: 1000 + at })).flat(),
  );
  const reader = new Reader();
  await reader.open(aBlob(many), [aBlob(TLS13.keyLog)], () => undefined);
  let known = 0;
  const looking = reader.lookAtAll((count) => (known = count));
  await reader.rest();
  await looking;
  expect((await reader.list(ALL, 0)).known).toBeLessThan(60);
  await reader.lookAtAll((count) => (known = count));
  expect(known).toBeGreaterThan(0);
  expect((await reader.list(ALL, 0)).known).toBe(60);
});

test('a reader that was closed knows nothing, and opens another', async () => {
  const reader = new Reader();
  await reader.open(aBlob(PCAP), [], () => undefined);
  await reader.close();
  await expect(reader.list(ALL, 1)).rejects.toThrow('No capture');
  expect(await reader.open(aBlob(PCAP), [], () => undefined)).toMatchObject({ kind: 'opened' });
});
