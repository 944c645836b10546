import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../bytes/hex.ts';
import { dissect } from './dissect.ts';
import type { Chunk } from './dissection.ts';
import { leavesOf } from './format/tree.ts';
import rfc8448 from './fixtures/rfc8448.json' with { type: 'json' };

type Trace = (typeof rfc8448.traces)[number];

const bytesOf = (hex: string): Uint8Array => {
  const bytes = fromHex(hex);
  if (!bytes.ok) throw new Error(bytes.error.why);
  return bytes.value;
};

/** The records of a trace of RFC 8448 as chunks. */
const chunksOf = (trace: Trace): Chunk[] =>
  trace.records.map((record, at) => ({ from: record.from as 'client' | 'server', at, bytes: bytesOf(record.hex) }));

const LABELS: Readonly<Record<string, string>> = {
  'c e traffic': 'CLIENT_EARLY_TRAFFIC_SECRET',
  'c hs traffic': 'CLIENT_HANDSHAKE_TRAFFIC_SECRET',
  's hs traffic': 'SERVER_HANDSHAKE_TRAFFIC_SECRET',
  'c ap traffic': 'CLIENT_TRAFFIC_SECRET_0',
  's ap traffic': 'SERVER_TRAFFIC_SECRET_0',
  ecdhe: 'ECDHE_SECRET',
  psk: 'PSK',
};

function keyLogOf(trace: Trace): string {
  const random = trace.records[0]?.hex.slice(22, 86) ?? '';
  return Object.entries(trace.secrets)
    .map(([name, hex]) => (LABELS[name] ? `${LABELS[name]} ${random} ${hex}\n` : ''))
    .join('');
}

describe.each(rfc8448.traces.map((trace) => [`RFC 8448 §${trace.section}, ${trace.title}`, trace] as const))(
  '%s',
  (_title, trace) => {
    const dissection = dissect(chunksOf(trace), keyLogOf(trace));
    test('x', () => {
      console.log(dissection.records.map((r) => `${r.from} ${r.protection} ${r.label} ${r.sealed ?? ''}`).join('\n'));
      console.log(
        dissection.verified,
        dissection.bytes,
        dissection.problems,
        dissection.version,
        dissection.cipherSuite,
        dissection.group,
        dissection.certificates.server.map((c) => ({ ...c, der: 0 })),
      );
      for (const r of dissection.records)
        for (const f of [r.fields, r.opened]) if (f) for (const l of leavesOf(f)) if (l.problem) console.log(l);
      expect(toHex(new Uint8Array(1))).toBe('00');
    });
  },
);
