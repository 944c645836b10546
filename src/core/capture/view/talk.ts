/** What the two programs said to each other inside TLS, as text where it is text. */
import { toHex } from '../../bytes/hex.ts';
import type { Dissection, Side } from '../../tls/dissection.ts';
import { printable } from '../printable.ts';

/** The application data of one record. */
export interface Said {
  readonly from: Side;
  /** index of the record */
  readonly record: number;
  readonly bytes: number;
  /** `text` with every hidden character but tab and line break as an escape, or `hex` of bytes that are no text */
  readonly content: { readonly kind: 'text' | 'hex'; readonly shown: string };
  /** more bytes than are shown */
  readonly isCut: boolean;
}

export interface Talk {
  readonly said: readonly Said[];
  /** what came after it and is not shown */
  readonly more: { readonly records: number; readonly bytes: number };
}

/** A page has to stay readable, and quick. */
const MOST = { records: 60, textBytes: 2048, hexBytes: 96 } as const;
/** Text has few other controls than tab and line break. */
const CONTROLS = /[^\P{Cc}\t\n\r]/gu;
const CONTROL_SHARE = 0.1;

/** The beginning of the talk, in the order of its records. Records without a byte are left out. */
export function talkOf({ applicationData }: Pick<Dissection, 'applicationData'>): Talk {
  const pieces = applicationData.filter(({ bytes }) => bytes.length > 0);
  const rest = pieces.slice(MOST.records);
  return {
    said: pieces.slice(0, MOST.records).map(saidIn),
    more: { records: rest.length, bytes: rest.reduce((sum, { bytes }) => sum + bytes.length, 0) },
  };
}

function saidIn({ from, record, bytes }: Dissection['applicationData'][number]): Said {
  const text = textOf(bytes.subarray(0, MOST.textBytes));
  const most = text === null ? MOST.hexBytes : MOST.textBytes;
  const content =
    text === null
      ? ({ kind: 'hex', shown: toHex(bytes.subarray(0, most)) } as const)
      : ({ kind: 'text', shown: visible(text) } as const);
  return { from, record, bytes: bytes.length, content, isCut: bytes.length > most };
}

/** UTF-8 that may be cut inside its last character; null for anything else. */
function textOf(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return (text.match(CONTROLS)?.length ?? 0) > text.length * CONTROL_SHARE ? null : text;
  } catch {
    return null; // not UTF-8
  }
}

function visible(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .split(/([\t\n])/)
    .map((part) => (part === '\t' || part === '\n' ? part : printable(part)))
    .join('');
}
