/** A relay with a tap in front of it. Neither knows the other: what passes between them is a connection of its own. */
import type { Duplex } from 'node:stream';
import type { AcceptedClient, Relay, RelayEnd, RelayReport } from '../relay/relay.ts';
import { joinRun, type TapEnd, type TapObserver, type TapRun } from '../tap/tap-run.ts';

/** Who is told of one connection: what the tap saw, and what the relay reported. */
export interface TappedRunListener extends Omit<TapObserver, 'over'> {
  report(report: RelayReport): void;
  /** The accepted client's plaintext; whoever gets it begins to read at once. */
  plaintext(stream: Duplex, client: AcceptedClient): void;
  /** The last call: the tap's sockets are closed and the relay has said its last. */
  over(): void;
}

export interface Link {
  readonly near: TapEnd;
  readonly far: RelayEnd;
}

export interface TappedRelayOptions {
  readonly relay: Relay;
  /** Makes the connection of the two: the tap gets the near end, the relay the far one. Both may be half open. */
  readonly link: () => Link | Promise<Link>;
  /** the longest life of a connection; when it is over the tap ends it */
  readonly deadlineMs: number;
}

export interface TappedRelay extends Pick<Relay, 'load' | 'disconnect'> {
  /**
   * Brings a client's connection to the relay and owns it from here on. Rejects with Node's own error when there can be
   * no connection to the relay; the client's is closed then.
   *
   * @param client paused, and allowed to be half open
   * @param onRun is called before any byte of it has passed; not at all when the client has gone
   */
  join(client: TapEnd, onRun: (run: TapRun) => TappedRunListener): Promise<void>;
  /** Ends the relay and every connection. May run twice. */
  close(): Promise<void>;
}

export function tappedRelay({ relay, link, deadlineMs }: TappedRelayOptions): TappedRelay {
  const sockets = new Set<TapEnd>();
  let closing: Promise<void> | null = null;
  const own = <End extends TapEnd>(socket: End): End => {
    socket.on('error', () => socket.destroy()); // without a listener one reset would end the process
    socket.on('close', () => sockets.delete(socket));
    sockets.add(socket);
    return socket;
  };

  async function join(client: TapEnd, onRun: (run: TapRun) => TappedRunListener): Promise<void> {
    own(client);
    const { near, far } = await linked(client);
    if (closing || client.destroyed) {
      for (const socket of [near, far]) socket.destroy();
      client.resetAndDestroy();
      return;
    }
    joinRun({ client, server: own(near) }, deadlineMs, (run) => {
      const listener = onRun(run);
      const parts = new Set(['tap', 'relay']);
      const isOver = (part: 'tap' | 'relay') => {
        if (parts.delete(part) && parts.size === 0) listener.over();
      };
      relay.accept(far, {
        report: (report) => {
          listener.report(report);
          if (report.kind !== 'key-log' && report.kind !== 'accepted') isOver('relay');
        },
        plaintext: (stream, peer) => listener.plaintext(stream, peer),
      });
      return {
        held: (record) => listener.held(record),
        record: (record) => listener.record(record),
        closed: (from, how) => listener.closed(from, how),
        notTls: (from) => listener.notTls(from),
        over: () => isOver('tap'),
      };
    });
  }

  async function linked(client: TapEnd): Promise<Link> {
    try {
      return await link();
    } catch (error) {
      client.resetAndDestroy();
      throw error;
    }
  }

  return {
    join,
    load: (material) => relay.load(material),
    disconnect: (sha256) => relay.disconnect(sha256),
    close: () => {
      for (const socket of sockets) socket.destroy();
      return (closing ??= relay.close());
    },
  };
}
