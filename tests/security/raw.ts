import { connect, type Socket } from 'node:net';

/** An answer as it stood on the wire. */
export interface RawAnswer {
  readonly status: number;
  /** names in lower case; the last one of a name wins */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Sends bytes over a bare socket and reads until the other side closes: HTTP libraries would normalise what is tested. */
export function ask(port: number, request: string | Uint8Array): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    const parts: Buffer[] = [];
    const answer = () => resolve(parse(Buffer.concat(parts).toString('latin1')));
    socket.on('data', (data: Buffer) => {
      parts.push(data);
      if (isWhole(Buffer.concat(parts).toString('latin1'))) socket.destroy();
    });
    socket.on('error', (error) => (parts.length > 0 ? answer() : reject(error)));
    socket.on('close', answer);
    socket.write(request);
  });
}

/** A request with exactly these header lines, each ended by CRLF. */
export function request(line: string, headers: readonly string[] = []): string {
  return [line, ...headers, '', ''].join('\r\n');
}

/** An open TCP connection to the port, for what is said in pieces. */
export function dial(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
    socket.once('error', reject);
  });
}

function isWhole(text: string): boolean {
  const { headers, body, status } = parse(text);
  if (!text.includes('\r\n\r\n')) return false;
  return status === 101 || status === 304 || body.length >= Number(headers.get('content-length') ?? Infinity);
}

function parse(text: string): RawAnswer {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { status: Number(statusLine.split(' ')[1] ?? 0), headers: new Map(headers), body: rest.join('\r\n\r\n') };
}
