/**
 * A relay with a tap in front of it. Neither knows the other: a connection of the tap is found again at the relay by
 * the port from which the tap has connected.
 */
import type { Duplex } from 'node:stream';
import type { AcceptedClient, Relay, RelayConnection, RelayListener, RelayReport } from '../relay/relay.ts';
import type { TapObserver, TapRun } from '../tap/tap-run.ts';
import { openTap, type TapOptions } from '../tap/tap.ts';

/** Who is told of one connection: what the tap saw, and what the relay reported. */
export interface TappedRunListener extends Omit<TapObserver, 'over'> {
  report(report: RelayReport): void;
  /** The accepted client's plaintext; whoever gets it begins to read at once. */
  plaintext(stream: Duplex, client: AcceptedClient): void;
  /** The last call: the tap's sockets are closed and the relay has said its last. */
  over(): void;
}

/** Starts a relay of some engine. */
export type OpenRelay = (onConnection: (connection: RelayConnection) => RelayListener) => Promise<Relay>;

export interface TappedRelayOptions extends Pick<TapOptions, 'listen' | 'deadlineMs' | 'maxRuns'> {
  readonly openRelay: OpenRelay;
  readonly onRun: (run: TapRun) => TappedRunListener;
}

/** The port is the tap's. */
export type TappedRelay = Pick<Relay, 'port' | 'load' | 'disconnect' | 'close'>;

/** What is still open of a run. */
interface Entry {
  readonly listener: TappedRunListener;
  readonly parts: Set<'tap' | 'relay'>;
}

/** Opens both. Rejects with Node's error when the tap's port cannot be had; nothing stays open then. */
export async function openTappedRelay(options: TappedRelayOptions): Promise<TappedRelay> {
  const { openRelay, listen, deadlineMs, maxRuns, onRun } = options;
  const entries = new Map<number, Entry>();
  const partIsOver = (port: number, entry: Entry | undefined, part: 'tap' | 'relay') => {
    if (!entry?.parts.delete(part) || entry.parts.size > 0) return;
    if (entries.get(port) === entry) entries.delete(port);
    entry.listener.over();
  };

  // The relay may see a connection before the tap knows its own port, so the run is looked up with the first report;
  // that needs bytes of the run, or its end, and the tap passes neither before it has told of the run.
  const relay = await openRelay(({ remotePort }) => ({
    report: (report) => {
      const entry = entries.get(remotePort);
      entry?.listener.report(report);
      if (report.kind !== 'key-log' && report.kind !== 'accepted') partIsOver(remotePort, entry, 'relay');
    },
    plaintext: (stream, peer) => {
      const entry = entries.get(remotePort);
      if (entry) entry.listener.plaintext(stream, peer);
      else stream.destroy();
    },
  }));

  try {
    const tap = await openTap({
      listen,
      target: { host: '127.0.0.1', port: relay.port },
      deadlineMs,
      maxRuns,
      onRun: (run) => {
        const listener = onRun(run);
        const entry: Entry = { listener, parts: new Set(['tap', 'relay']) };
        entries.set(run.localPort, entry);
        return {
          held: (record) => listener.held(record),
          record: (record) => listener.record(record),
          closed: (from, how) => listener.closed(from, how),
          notTls: (from) => listener.notTls(from),
          over: () => partIsOver(run.localPort, entry, 'tap'),
        };
      },
    });
    const close = async () => {
      await Promise.all([tap.close(), relay.close()]);
    };
    return {
      port: tap.port,
      load: (material) => relay.load(material),
      disconnect: (sha256) => relay.disconnect(sha256),
      close,
    };
  } catch (error) {
    await relay.close();
    throw error;
  }
}
