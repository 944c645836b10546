/** Checks of connections: what each side said, and what was on the wire. */
import type { Run } from '../../bridge/run.ts';
import { toPem } from '../../bytes/pem.ts';
import { toUtf8 } from '../../bytes/utf8.ts';
import type { Side } from '../../tls/dissection.ts';
import { FORMER_RUN } from '../apply.ts';
import { dissectionOf, outcomeOf, type Lamp, type Outcome, type View } from '../outcome.ts';
import { findRun } from '../run-label.ts';
import { allows, arg, missing, option, seen, type Asked, type ReadCheck, type Seen } from './seen.ts';

const NONE = 'none';

/** A check of one run: the one it names, else the bet's, else the last. */
function ofRun(read: (run: Run, asked: Asked) => Seen | Promise<Seen>): ReadCheck {
  return (asked) => {
    const run = findRun(asked.world, option(asked, 'of') ?? asked.of, asked.named['version'] ?? null);
    return run ? read(run, asked) : missing('there was no such connection yet');
  };
}

export const accepted = ofRun(async (run, asked) => {
  const outcome = outcomeOf(run);
  if (!outcome.accepted)
    return outcome.isOver ? seen(false, inWords(outcome)) : missing('the handshake is not over yet');
  const { as, sha256 } = outcome.accepted;
  const key = option(asked, 'key');
  const isKey = key === null || (await isKeyOf(key, run, sha256, asked));
  const { resumed } = dissectionOf(run);
  const how = resumed ? ', resumed from an earlier connection' : '';
  const saw = `both sides accepted, and the desk let in ${as}${isKey ? '' : `, not with ${key}'s key`}${how}`;
  return seen(allows(asked, 'as', as) && isKey && allows(asked, 'resumed', String(resumed)), saw);
});

/** Whether the certificate that the server let in holds this owner's public key. It is taken from the wire. */
async function isKeyOf(owner: string, run: Run, sha256: string, { world, ports }: Asked): Promise<boolean> {
  const key = world.keys[owner];
  const shown = dissectionOf(run).certificates.client.find((certificate) => certificate.sha256 === sha256);
  if (!key || !shown) return false;
  const certificate = toPem('CERTIFICATE', shown.der);
  return (await ports.pki.keyFits({ publicKey: key.publicKey, certificate })).holds;
}

export const refused = ofRun((run, asked) => {
  const outcome = outcomeOf(run);
  const { noticedBy, at, alert, reason, isOver } = outcome;
  if (!isOver) return missing('the connection is still open');
  const alertText = alert ? String(alert.code) : NONE;
  const holds =
    noticedBy !== null &&
    allows(asked, 'by', noticedBy) &&
    allows(asked, 'at', at) &&
    allows(asked, 'alert', alertText) &&
    allows(asked, 'reason', reason?.code ?? null);
  return seen(holds, inWords(outcome));
});

export const lamp = ofRun((run, asked) => {
  const side: Side = arg(asked, 0) === 'client' ? 'client' : 'server';
  const outcome = outcomeOf(run);
  const state: Lamp = outcome.lamps[side];
  switch (state.kind) {
    case 'lit':
      return seen(true, `the ${side} accepted its peer`);
    case 'refused':
      return seen(false, `the ${side} refused its peer: ${state.reason.code ?? state.reason.text}`);
    case 'unknown':
      return outcome.isOver
        ? seen(false, `the ${side} never accepted its peer`)
        : missing(`the ${side} has said nothing yet`);
  }
});

export const alertOnWire = ofRun((run, asked) => {
  const { alert, isOver } = outcomeOf(run);
  if (!alert && !isOver) return missing('no alert so far, and the connection is still open');
  if (!alert) return seen(arg(asked, 0) === NONE, 'there was no alert on the wire');
  const isWanted = asked.args[0]?.includes(String(alert.code)) === true && allows(asked, 'from', alert.from);
  return seen(isWanted, `the ${alert.from} sent alert ${alert.code}, ${alert.name}`);
});

export const shows = ofRun((run, asked) => {
  const text = arg(asked, 0);
  const view = viewIn(asked);
  if (run.records.length === 0) return missing('nothing was on the wire yet');
  const wanted = toUtf8(text);
  const holds = dissectionOf(run, view).buffers.some((bytes) => contains(bytes, wanted));
  return seen(holds, `"${text}" ${holds ? 'can' : 'cannot'} be read with the view of the ${view}`);
});

export const reads = ofRun((run, asked) => {
  const message = arg(asked, 0);
  const view = viewIn(asked);
  const names = [...new Set(dissectionOf(run, view).messages.map(({ name }) => name))];
  if (names.length === 0) return missing('no message was on the wire yet');
  return seen(names.includes(message), `the ${view} can read ${names.join(', ')}`);
});

export const explained = ofRun((run, asked) => {
  const { total, explained: known } = dissectionOf(run).bytes;
  if (total === 0) return missing('nothing was on the wire yet');
  const percent = Math.floor((known / total) * 100);
  return seen(percent >= Number(arg(asked, 0)), `${known} of ${total} bytes have a name`);
});

export const isOpen = ofRun((run) => {
  const { accepted: who, isOver } = outcomeOf(run);
  const open = who !== null && !isOver && run.id !== FORMER_RUN;
  return seen(open, open ? 'the connection is open' : 'the connection is not open');
});

function viewIn(asked: Asked): View {
  const view = option(asked, 'view');
  return view === 'client' || view === 'server' ? view : 'eavesdropper';
}

function contains(bytes: Uint8Array, wanted: Uint8Array): boolean {
  for (let at = 0; at + wanted.length <= bytes.length; at++)
    if (wanted.every((byte, index) => bytes[at + index] === byte)) return true;
  return false;
}

/** What became of a connection, in one sentence. */
export function inWords({ accepted: who, noticedBy, at, alert, reason, end, isOver }: Outcome): string {
  if (!isOver && !who) return 'the handshake is not over yet';
  if (noticedBy === null)
    return who ? `both sides accepted, and the desk let in ${who.as}` : 'the connection ended early';
  const sent = alert ? `the ${alert.from} sent alert ${alert.code}, ${alert.name}` : 'no alert was sent';
  const where = at === null ? '' : ` at ${at}`;
  const close = end ? `; the ${end.from} ended with ${end.how}` : '';
  return `the ${noticedBy} refused${where}: ${reason?.code ?? reason?.text ?? 'no reason told'}; ${sent}${close}`;
}
