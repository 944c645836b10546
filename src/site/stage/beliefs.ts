/** What each side believes at this moment, in its own voice, and what it knows. Only from records and from reports. */
import type { Run } from '$core/bridge/run.ts';
import type { Side } from '$core/tls/dissection.ts';
import { commonName, dissectionOf, outcomeOf } from '$core/world/outcome.ts';
import { hasEnded, lampOf, otherSide, refusalAlert } from './verdict.ts';

export interface Fact {
  readonly text: string;
  readonly known: boolean;
}

/** One sentence in the side's own voice. */
export function beliefOf(side: Side, run: Run | null): string {
  if (run === null || run.records.length === 0)
    return side === 'client' ? 'I have not said anything yet.' : 'Nobody has called yet.';
  return side === 'client' ? clientBelief(run) : serverBelief(run);
}

function clientBelief(run: Run): string {
  const { lamps } = outcomeOf(run);
  const isOver = hasEnded(run);
  const alert = refusalAlert(run);
  const isContent = lamps.client.kind === 'lit';
  if (lamps.client.kind === 'refused') return 'I do not believe this certificate. I am leaving.';
  if (alert?.from === 'server')
    return isContent ? `I thought I was in. Then it said ${alert.name}.` : `It said ${alert.name}.`;
  if (lamps.server.kind === 'refused' || (isOver && lamps.server.kind !== 'lit'))
    return isContent ? 'I was connected. Then it just ended. No reason given.' : 'It hung up before I was done.';
  if (!isContent) return 'I have said hello. Who is answering?';
  if (isOver) return `It was ${run.serverName}, and we are done.`;
  if (hasHeard(run, 'client')) return `It is ${run.serverName}, and it has greeted me. I am in.`;
  return `It is ${run.serverName}: its key signed our conversation. Now it has my proof too.`;
}

function serverBelief(run: Run): string {
  const { lamps } = outcomeOf(run);
  const isOver = hasEnded(run);
  const alert = refusalAlert(run);
  if (lamps.server.kind === 'refused')
    return dissectionOf(run).certificates.client.length === 0
      ? 'I asked for a certificate. None came.'
      : 'I cannot believe this certificate. I am not letting you in.';
  if (alert?.from === 'server') return 'I asked for a certificate. None came.';
  if (alert?.from === 'client') return `I was told ${alert.name}. They do not believe me.`;
  if (lamps.server.kind === 'lit') {
    const who = lamps.server.peer === null ? 'somebody I know' : commonName(lamps.server.peer.subject);
    return isOver ? `That was ${who}. We are done.` : `This is ${who}, and the key is theirs.`;
  }
  if (isOver || lamps.client.kind === 'refused') return 'They hung up before I was done.';
  return 'I asked for a certificate. I have heard nothing since.';
}

const hasHeard = (run: Run, side: Side) => run.heard.some((line) => line.side === side);

/** What a side knows, most important first. */
export function knowledgeOf(side: Side, run: Run | null): Fact[] {
  if (run === null || run.records.length === 0) return [];
  const peer = otherSide(side);
  const isLit = lampOf(run, side) === 'lit';
  const { certificates, verified } = dissectionOf(run);
  const hasKeys = (name: string) => run.keyLog.some((entry) => entry.side === side && entry.line.includes(name));
  const facts: Fact[] = [
    {
      text: isLit ? `${peer}’s certificate, chain verified` : `who the ${peer} says it is`,
      known: certificates[peer].length > 0,
    },
    { text: `that the ${peer} holds its private key`, known: isLit || verified.certificateVerify[peer].holds === true },
  ];
  if (run.version === '1.3') facts.push({ text: 'handshake keys (H)', known: hasKeys('HANDSHAKE_TRAFFIC') });
  facts.push({ text: 'application keys (A)', known: hasKeys('TRAFFIC_SECRET_0') || hasKeys('CLIENT_RANDOM') });
  if (side === 'client') facts.push({ text: 'whether it was accepted', known: isAnswered(run) });
  return facts;
}

/** A client learns its fate only from what the server sends: its greeting, or an alert. */
function isAnswered(run: Run): boolean {
  return hasHeard(run, 'client') || refusalAlert(run)?.from === 'server';
}

/** What a side's program said that was not on the wire. */
export function ownWords(side: Side, run: Run | null): string[] {
  const codes = (run?.events ?? []).flatMap((event) =>
    event.side === side && event.code !== null ? [event.code] : [],
  );
  return [...new Set(codes)];
}
