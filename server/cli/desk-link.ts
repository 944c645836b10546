/** A client's connection to the order desk: TLS, the greeting, and one sealed line for each request. */
import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { type TLSSocket, connect } from 'node:tls';
import { type Direction, IV_BYTES, type Mode, Opener, Sealer } from '../../src/core/aes/envelope.ts';
import { LineCutter } from '../../src/core/bytes/lines.ts';
import { DESK_LIMITS } from '../../src/core/desk/limits.ts';
import { answerFrom, failureIn, greetingFrom, lineBytes, parseLine } from '../../src/core/desk/line.ts';
import type { Failure, Greeting, Ok, Request } from '../../src/core/desk/messages.ts';
import { whyLost, whyNotStarted } from './desk-words.ts';

/** The desk, or this client, said no: one sentence, exit status 1. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

export interface DeskAddress {
  readonly host: string;
  readonly port: number;
}

/** PEM texts, and the path of the CA's for messages. */
export interface ClientFiles {
  readonly certificate: string;
  readonly privateKey: string;
  readonly ca: string;
  readonly caPath: string;
}

export interface DeskLink {
  readonly greeting: Greeting;
  /** @throws Refused when the connection is lost, or the answer cannot be read */
  ask<R extends Request>(request: R): Promise<Ok<R['type']> | Failure>;
  /** Rejects with a Refused when the connection is over: what the desk said last, where nobody had asked. */
  readonly lost: Promise<never>;
  close(): void;
}

/**
 * Connects, checks the desk's certificate and name, and waits for the greeting: before it a client does not know whether
 * it was let in.
 *
 * @param key AES-128 key
 * @param mode in which lines are sealed, and the desk answers
 * @throws Refused with one sentence
 */
export async function connectToDesk(
  address: DeskAddress,
  files: ClientFiles,
  key: Uint8Array,
  mode: Mode = 'gcm',
): Promise<DeskLink> {
  const lines = linesOf(startTls(address, files), address, files);
  const greeting = greetingFrom(await lines.next());
  if (!greeting.ok) throw new Refused(`What answers on ${address.host}:${address.port} is no order desk.`);
  const { nonce } = greeting.value;
  const direction = (from: Direction['from']): Direction => ({ key, nonce, from });
  const sealer = new Sealer(direction('client'));
  const opener = new Opener(direction('server'), ['gcm', mode]);
  const lost = lines.over.then((reason) => {
    const last = lines.unread();
    throw last === null ? reason : new Refused(`The desk closed the connection. ${farewellIn(openedBy(opener, last))}`);
  });
  lost.catch(() => undefined); // not everybody waits for it
  return {
    greeting: greeting.value,
    lost,
    async ask(request) {
      lines.write(lineBytes(sealer.seal(lineBytes(request), randomBytes(IV_BYTES[mode]), mode)));
      const answer = answerFrom(request.type, openedBy(opener, await lines.next()));
      if (!answer.ok)
        throw new Refused(`The desk said something that this client does not understand. ${answer.error.why}`);
      return answer.value;
    },
    close: () => lines.close(),
  };
}

function openedBy(opener: Opener, line: Uint8Array): Uint8Array {
  const parsed = parseLine(line);
  if (!parsed.ok) throw new Refused(`The desk's answer cannot be read. ${parsed.error.why}`);
  const inClear = failureIn(parsed.value);
  if (inClear?.code === 'decrypt')
    throw new Refused('The desk could not open what was sent: this is not its passphrase.');
  if (inClear !== null) throw new Refused(`The desk refused: ${inClear.message}`);
  const opened = opener.open(parsed.value);
  if (!opened.ok) throw new Refused(`The desk's answer does not open. ${opened.error.why}`);
  return opened.value;
}

function farewellIn(opened: Uint8Array): string {
  const parsed = parseLine(opened);
  return (parsed.ok && failureIn(parsed.value)?.message) || 'What it said last is not understood.';
}

function startTls({ host, port }: DeskAddress, files: ClientFiles): TLSSocket {
  try {
    return connect({
      host,
      port,
      ...(isIP(host) ? {} : { servername: host }), // an address is no server name (RFC 6066 §3)
      ca: [files.ca],
      cert: files.certificate,
      key: files.privateKey,
      minVersion: 'TLSv1.2',
    });
  } catch (error) {
    throw new Refused(whyNotStarted(error));
  }
}

interface Lines {
  write(line: Uint8Array): void;
  /** The bytes of the next line. @throws Refused */
  next(): Promise<Uint8Array>;
  /** Resolves with the reason when no more will come. */
  readonly over: Promise<Refused>;
  /** A line that has come and that nobody has asked for; null: there is none. */
  unread(): Uint8Array | null;
  close(): void;
}

/** Lines as they come; what ends the connection is kept and thrown at whoever waits for the next one. */
function linesOf(socket: TLSSocket, address: DeskAddress, files: ClientFiles): Lines {
  const cutter = new LineCutter(DESK_LIMITS.lineBytes);
  const ready: Uint8Array[] = [];
  let lost: Refused | null = null;
  let hasGreeted = false;
  let waiting: { resolve(line: Uint8Array): void; reject(reason: Refused): void } | null = null;
  let end: (reason: Refused) => void;
  const over = new Promise<Refused>((resolve) => (end = resolve));

  const lose = (error: NodeJS.ErrnoException | null) => {
    lost ??= new Refused(whyLost(error, { ...address, hasGreeted, caPath: files.caPath }));
    waiting?.reject(lost);
    waiting = null;
    end(lost);
  };
  const take = (line: Uint8Array) => {
    hasGreeted = true;
    if (waiting === null) return void ready.push(line);
    waiting.resolve(line);
    waiting = null;
  };
  socket.on('data', (chunk: Buffer) => {
    const lines = cutter.push(chunk);
    if (lines === 'too-large') socket.destroy();
    else lines.forEach(take);
  });
  socket.on('error', lose);
  socket.on('end', () => lose(null));
  socket.on('close', () => lose(null));
  return {
    write: (line) => void socket.write(Buffer.concat([line, Buffer.from('\n')])),
    next() {
      const known = ready.shift();
      if (known !== undefined) return Promise.resolve(known);
      if (lost !== null) return Promise.reject(lost);
      return new Promise((resolve, reject) => (waiting = { resolve, reject }));
    },
    over,
    unread: () => ready.shift() ?? null,
    close: () => void socket.end(),
  };
}
