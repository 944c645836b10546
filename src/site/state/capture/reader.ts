/** Reads one capture and answers questions about it. Runs in a worker; knows files as blobs, and no page. */
import { Catalogue, type ConnectionList } from '$core/capture/view/catalogue.ts';
import type { Query } from '$core/capture/view/search.ts';
import type { RecordDetail, RecordPage } from '$core/capture/view/shown.ts';
import { fileProblems } from '$core/capture/inspection.ts';
import { randomsIn } from '$core/capture/key-log.ts';
import { readCapture } from '$core/capture/read-capture.ts';
import { fileKindOf, HEAD_BYTES } from '$core/capture/file/kind.ts';
import { CAPTURE_FILE_LIMITS } from './limits.ts';
import { unpacked } from './unpack.ts';

/** What became of a file that was meant to be a capture. */
export type Opening =
  | ({ readonly kind: 'opened' } & CaptureFacts)
  /** a capture, but without a TLS connection */
  | ({ readonly kind: 'noTls' } & Pick<CaptureFacts, 'packets' | 'problems'>)
  /** `why` is a sentence */
  | { readonly kind: 'noCapture'; readonly why: string }
  | { readonly kind: 'tooLarge' };

export interface CaptureFacts {
  readonly format: 'pcap' | 'pcapng';
  readonly packets: number;
  readonly connections: number;
  /** connections whose secrets the file holds itself */
  readonly ownSecrets: number;
  /** connections that any of the key logs has secrets of */
  readonly keyed: number;
  readonly problems: readonly FileProblem[];
}

export interface FileProblem {
  /** number of the packet, as Wireshark counts, or null */
  readonly packet: number | null;
  readonly text: string;
}

export type ShownConnection = NonNullable<ReturnType<Catalogue['show']>>;

/** The functions of the worker, as the page sees them. */
export interface CaptureReader {
  /** @param onRead told how much has been read, from 0 to 1 */
  open(file: Blob, keyLogs: readonly Blob[], onRead: (share: number) => void): Promise<Opening>;
  /** Looks at every connection, until that is done or {@link rest} is called. @param onKnown told how many are known */
  lookAtAll(onKnown: (known: number) => void): Promise<void>;
  /** Stops looking at connections that nobody has asked for. */
  rest(): Promise<void>;
  /** Forgets the capture. Another can be opened. */
  close(): Promise<void>;
  list(query: Query, most: number): Promise<ConnectionList>;
  show(index: number): Promise<ShownConnection | null>;
  records(index: number, from: number): Promise<RecordPage | null>;
  record(index: number, record: number): Promise<RecordDetail | null>;
  /** How many connections this key log has secrets of. */
  fits(keyLog: Blob): Promise<number>;
  /** Reads with these from now on. @returns how many connections have secrets now */
  useKeyLogs(keyLogs: readonly Blob[]): Promise<number>;
}

/** Between two steps of a long calculation other questions are answered. */
const STEP_MS = 25;

export class Reader implements CaptureReader {
  #catalogue: Catalogue | null = null;
  #looking = 0;

  async open(file: Blob, keyLogs: readonly Blob[], onRead: (share: number) => void): Promise<Opening> {
    const { bytes, isTooLarge, isDamaged } = await unpacked(file, CAPTURE_FILE_LIMITS.captureBytes);
    if (isTooLarge) return { kind: 'tooLarge' };
    const capture = readCapture(bytes, onRead);
    if (capture.format === null) return { kind: 'noCapture', why: whyNot(bytes, capture.problems[0]?.text ?? '') };
    const told = fileProblems(capture).map(({ at, text }) => ({ packet: at, text }));
    const problems = isDamaged ? [{ packet: null, text: GZIP_DAMAGED }, ...told] : told;
    if (capture.connections.length === 0) return { kind: 'noTls', packets: capture.packets, problems };
    const catalogue = new Catalogue(capture);
    if (keyLogs.length > 0) catalogue.useKeyLog(await textOf(keyLogs));
    this.#catalogue = catalogue;
    const { format, packets, connections } = capture;
    const ownSecrets = randomsIn(capture.keyLog).size;
    const { keyed } = catalogue;
    return { kind: 'opened', format, packets, connections: connections.length, ownSecrets, keyed, problems };
  }

  async lookAtAll(onKnown: (known: number) => void): Promise<void> {
    const mine = ++this.#looking;
    let until = performance.now() + STEP_MS;
    while (this.#looking === mine && this.#open().lookAtNext()) {
      if (performance.now() < until) continue;
      onKnown(this.#open().known);
      await breath();
      until = performance.now() + STEP_MS;
    }
  }

  async rest(): Promise<void> {
    this.#looking += 1;
  }

  async close(): Promise<void> {
    await this.rest();
    this.#catalogue = null;
  }

  async list(query: Query, most: number): Promise<ConnectionList> {
    return this.#open().list(query, most);
  }

  async show(index: number): Promise<ShownConnection | null> {
    return this.#open().show(index);
  }

  async records(index: number, from: number): Promise<RecordPage | null> {
    return this.#open().records(index, from);
  }

  async record(index: number, record: number): Promise<RecordDetail | null> {
    return this.#open().record(index, record);
  }

  async fits(keyLog: Blob): Promise<number> {
    const text = await textOf([keyLog]);
    return this.#open().keyedBy(text);
  }

  async useKeyLogs(keyLogs: readonly Blob[]): Promise<number> {
    const text = await textOf(keyLogs);
    await this.rest();
    this.#open().useKeyLog(text);
    return this.#open().keyed;
  }

  #open(): Catalogue {
    if (this.#catalogue === null) throw new Error('No capture has been opened.');
    return this.#catalogue;
  }
}

const GZIP_DAMAGED = 'The file is compressed, and its compressed data end too early; what could be unpacked is shown.';

/** Inside a compressed file may be anything. */
function whyNot(bytes: Uint8Array, why: string): string {
  const inside = fileKindOf(bytes.subarray(0, HEAD_BYTES));
  return inside.kind === 'keyLog' ? 'The file is a key log, compressed: unpack it first.' : why;
}

/** Key logs are ASCII; what is not makes a line that no reader takes. */
async function textOf(keyLogs: readonly Blob[]): Promise<string> {
  const decoder = new TextDecoder('latin1');
  const texts = await Promise.all(keyLogs.map(async (blob) => decoder.decode(await blob.arrayBuffer())));
  return texts.join('\n');
}

function breath(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
