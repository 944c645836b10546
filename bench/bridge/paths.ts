/** Three ways from a WebSocket to an echo, behind one interface. */
import { WebSocket } from 'ws';
import { clientFrames, decodeRecords } from '../../src/core/bridge/frames.ts';
import type { FromServer } from '../../src/core/bridge/messages.ts';
import type { WithoutId } from '../../src/core/world/ports.ts';

/** One connection to the echo. */
export interface Line {
  /** Sends bytes; resolves when as many have come back. */
  echoed(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

export type Path = () => Promise<Line>;

/** Bytes are the bytes: websockify, or a bridge without a tap. */
export function plainPath(port: number): Path {
  return async () => {
    const socket = await opened(new WebSocket(`ws://127.0.0.1:${port}/`, ['binary'], { perMessageDeflate: false }));
    const back = new Arrivals();
    socket.on('message', (data: Buffer) => back.came(data.length));
    return {
      echoed(bytes) {
        socket.send(bytes);
        return back.of(bytes.length);
      },
      close: () => closed(socket),
    };
  };
}

/** The link of our server exchanged for a cookie, as a browser does it. */
export async function admitted(url: string): Promise<{ readonly host: string; readonly cookie: string }> {
  const answer = await fetch(url, { redirect: 'manual' });
  return { host: new URL(url).host, cookie: answer.headers.get('set-cookie')?.split(';')[0] ?? '' };
}

/** The echo takes any; the bridge wants the form of one. */
const A_CERTIFICATE = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';

let learners = 0;

/** Our bridge: each line is a page of its own, with a session, a tap and one connection of the page's client. */
export function ownPath({ host, cookie }: Awaited<ReturnType<typeof admitted>>): Path {
  return async () => {
    const headers = { cookie, origin: `http://${host}` };
    const socket = await opened(new WebSocket(`ws://${host}/bridge`, { headers, perMessageDeflate: false }));
    const back = new Arrivals();
    const answers: ((message: FromServer) => void)[] = [];
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) return back.came(fromServer(data));
      const message = JSON.parse(data.toString()) as FromServer;
      if ('re' in message || message.type === 'welcome') answers.shift()?.(message);
    });
    let id = 0;
    const ask = (message: object) =>
      new Promise<FromServer>((resolve) => {
        answers.push(resolve);
        socket.send(JSON.stringify(message));
      });
    const request = (one: WithoutId) => ask({ ...one, id: ++id });
    await ask({ type: 'hello', version: 1, learner: `bench${++learners}`.padEnd(22, '-'), since: 0 });
    await request({ type: 'relay', engine: 'node', certificate: A_CERTIFICATE, trust: [] });
    const dialled = await request({ type: 'dial', client: 'page', label: 'bench', serverName: 'localhost' });
    if (dialled.type !== 'dialled') throw new Error(`the bridge answered ${JSON.stringify(dialled)}`);
    const { run } = dialled;
    return {
      echoed(bytes) {
        for (const frame of clientFrames({ run, bytes })) socket.send(frame);
        return back.of(bytes.length);
      },
      close: () => closed(socket),
    };
  };
}

/** Bytes of the server's records in a frame. */
function fromServer(frame: Buffer): number {
  const decoded = decodeRecords(frame);
  if (decoded.kind === 'refused') throw new Error(decoded.text);
  return decoded.records.reduce((sum, record) => {
    if ('held' in record || record.from === 'client') return sum;
    return sum + record.sent.length;
  }, 0);
}

/** Counts what comes back, and tells whoever waits, in their order. */
class Arrivals {
  readonly #waiting: { left: number; readonly done: () => void }[] = [];

  of(bytes: number): Promise<void> {
    return new Promise((done) => this.#waiting.push({ left: bytes, done }));
  }

  came(bytes: number): void {
    let left = bytes;
    for (let first = this.#waiting[0]; first && left > 0; first = this.#waiting[0]) {
      const taken = Math.min(first.left, left);
      first.left -= taken;
      left -= taken;
      if (first.left > 0) return;
      this.#waiting.shift();
      first.done();
    }
  }
}

function opened(socket: WebSocket): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(socket));
    socket.once('error', reject);
  });
}

function closed(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
    socket.close();
  });
}
