import type { Recorder } from '../log/recording.ts';
import { relayFact, serverSays } from './relay-fact.ts';
import type { TappedRunListener } from './tapped-relay.ts';

const MICROSECONDS = 1000;

/** The same listener, with a recorder beside it. For a tap that holds nothing; the connection begins now. */
export function recorded(listener: TappedRunListener, recorder: Recorder): TappedRunListener {
  const startedMs = performance.now();
  const now = () => Math.round((performance.now() - startedMs) * MICROSECONDS) / MICROSECONDS;
  return {
    held: (record) => listener.held(record),
    record(record) {
      const { index, from, sent, delivered } = record;
      const at = now();
      recorder.record({ index, from, sentAt: at, at, sent, delivered });
      listener.record(record);
    },
    closed(from, how) {
      recorder.take({ type: 'closed', at: now(), from, how });
      listener.closed(from, how);
    },
    notTls(from) {
      const text = `The ${from} did not speak TLS.`;
      recorder.take(serverSays(now(), 'fault', { code: null, text }));
      listener.notTls(from);
    },
    report(report) {
      recorder.take(relayFact(report, now()));
      listener.report(report);
    },
    plaintext: (stream, peer) => listener.plaintext(stream, peer),
    over() {
      recorder.over();
      listener.over();
    },
  };
}
