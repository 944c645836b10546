/** Captures and key logs of a run. */
import { keyLogOf, type Run } from '../bridge/run.ts';
import { toUtf8 } from '../bytes/utf8.ts';
import { writePcapng } from '../capture/write-pcapng.ts';
import { changesOf } from './changes.ts';
import { viewSuffix } from './names.ts';
import type { ProofFile } from './proof.ts';
import { doKeysAgree, mergedKeyLog, viewsOf, type WireView } from './views.ts';

/** Made up: the tap knows streams, not packets. The port is that of the order desk, where Wireshark finds TLS by itself. */
const CLIENT = { address: '127.0.0.2', port: 50_000 };
const SERVER = { address: '127.0.0.1', port: 6226 };

const PLACES = {
  tap: 'as it passed the tap',
  'client-side': 'what the client sent and what reached it',
  'server-side': 'what reached the server and what it sent',
} as const;

/**
 * `capture.pcapng`, or `capture-client-side.pcapng` and `capture-server-side.pcapng` where they differ. The secrets lie
 * inside, as long as there are any. Bytes and times are the run's; addresses, ports and TCP around them are made up.
 */
export function capturesOf(run: Run): ProofFile[] {
  return viewsOf(run).map((view) => ({ path: `capture${viewSuffix(view)}.pcapng`, bytes: captureOf(run, view) }));
}

function captureOf(run: Run, view: WireView): Uint8Array {
  const { place, chunks, keyLog, ends, endedAt } = view;
  const { startedAt } = run;
  const places = { client: CLIENT, server: SERVER };
  const file = writePcapng({ ...places, chunks, startedAt, keyLog, ends, endedAt, place, comment: comment(run, view) });
  if (!file.ok) throw new Error(file.error.why); // the addresses are ours, and the times a clock's
  return file.value;
}

function comment(run: Run, { place }: WireView): string {
  const { label, version, client, engine } = run;
  return [
    `Run ${label} of Trustwalk, ${PLACES[place]}: TLS ${version}, client ${client}, server ${engine}.`,
    'Addresses, ports and TCP headers are made up around the bytes that passed.',
    ...changesOf(run),
  ].join(' ');
}

const WARNING = '# Whoever has this file and a capture of the run can read all that was said in it.\n';

/** `keys.log`, or one for each side where their secrets differ. Empty logs are left out. */
export function keyLogsOf(run: Run): ProofFile[] {
  const sides = ['client', 'server'] as const;
  const logs = doKeysAgree(run)
    ? [{ path: 'keys.log', text: mergedKeyLog(run) }]
    : sides.map((side) => ({ path: `keys-${side}-side.log`, text: keyLogOf(run, side) }));
  return logs
    .filter(({ text }) => text.trim() !== '')
    .map(({ path, text }) => ({ path, bytes: toUtf8(WARNING + text) }));
}
