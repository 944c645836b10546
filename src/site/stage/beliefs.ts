/**
 * What each side believes at this moment, in its own voice, and what it knows: only from the records that have reached
 * it, opened with its own keys, and from what its own program has said.
 */
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
  if (run === null || run.records.length + run.held.length === 0)
    return side === 'client' ? 'I have not said anything yet.' : 'Nobody has called yet.';
  return side === 'client' ? clientBelief(run) : serverBelief(run);
}

/** The alert that has reached a side, or that it has sent itself. */
const alertFor = (run: Run, side: Side) => dissectionOf(run, side).alerts.find(({ code }) => code !== 0 && code !== 90);

function clientBelief(run: Run): string {
  const { lamps } = outcomeOf(run);
  const isOver = hasEnded(run);
  const told = alertFor(run, 'client');
  const isContent = lamps.client.kind === 'lit';
  if (lamps.client.kind === 'refused') return 'I do not believe this certificate. I am leaving.';
  if (told?.from === 'server')
    return isContent ? `I thought I was in. Then it said ${told.name}.` : `It said ${told.name}.`;
  if (told) return `Something does not fit. I said ${told.name}.`;
  if (isOver && !hasHeard(run, 'client'))
    return isContent ? 'I was connected. Then it just ended. No reason given.' : 'It hung up before I was done.';
  if (!isContent) return clientWaits(run);
  if (isOver) return `It was ${run.serverName}, and we are done.`;
  if (hasHeard(run, 'client')) return `It is ${run.serverName}, and it has greeted me. I am in.`;
  return `It is ${run.serverName}: its key signed our conversation. Now it has my proof too.`;
}

function clientWaits(run: Run): string {
  const { messages, verified, certificates } = dissectionOf(run, 'client');
  if (verified.certificateVerify.server.holds) return 'The key belongs to the certificate. Did anybody change a word?';
  const [shown] = certificates.server;
  if (shown) return `It says that it is ${commonName(shown.subject)}. Anybody can show that.`;
  return messages.some(({ name }) => name === 'ServerHello')
    ? 'We share a secret now. I do not know with whom.'
    : 'I have said hello. Who is answering?';
}

function serverBelief(run: Run): string {
  const { lamps } = outcomeOf(run);
  const isOver = hasEnded(run);
  const told = alertFor(run, 'server');
  if (lamps.server.kind === 'refused')
    return dissectionOf(run, 'server').certificates.client.length === 0
      ? 'I asked for a certificate. None came.'
      : 'I cannot believe this certificate. I am not letting you in.';
  if (told?.from === 'client') return `I was told ${told.name}. They do not believe me.`;
  if (told) return `Something does not fit. I said ${told.name}.`;
  if (lamps.server.kind === 'lit') {
    const who = lamps.server.peer === null ? 'somebody I know' : commonName(lamps.server.peer.subject);
    return isOver ? `That was ${who}. We are done.` : `This is ${who}, and the key is theirs.`;
  }
  if (isOver) return 'They hung up before I was done.';
  return serverWaits(run);
}

function serverWaits(run: Run): string {
  const { messages, certificates, verified } = dissectionOf(run, 'server');
  const [shown] = certificates.client;
  if (verified.certificateVerify.client.holds) return 'The key is theirs. Did we hear the same words?';
  if (shown) return `A certificate for ${commonName(shown.subject)}. Now prove that the key is yours.`;
  if (messages.some(({ name, from }) => name === 'CertificateRequest' && from === 'server'))
    return 'I asked for a certificate. I have heard nothing since.';
  return messages.length > 0 ? 'Somebody said hello.' : 'Nobody has called yet.';
}

const hasHeard = (run: Run, side: Side) => run.heard.some((line) => line.side === side);

/** What a side knows, most important first. */
export function knowledgeOf(side: Side, run: Run | null): Fact[] {
  if (run === null || run.records.length + run.held.length === 0) return [];
  const peer = otherSide(side);
  const isLit = lampOf(run, side) === 'lit';
  const { certificates, verified } = dissectionOf(run, side);
  const [shown] = certificates[peer];
  const hasKeys = (name: string) => run.keyLog.some((entry) => entry.side === side && entry.line.includes(name));
  const facts: Fact[] = [
    {
      text: shown ? `the ${peer} says it is ${commonName(shown.subject)}` : `who the ${peer} says it is`,
      known: shown !== undefined,
    },
    { text: 'that an authority it trusts signed that', known: isLit },
    { text: `that the ${peer} holds the private key`, known: isLit || verified.certificateVerify[peer].holds === true },
    { text: 'that both heard the same words', known: isLit || verified.finished[peer].holds === true },
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

/** What a side's program said of itself, off the wire: its own code for it, and what that is. */
export interface OwnWords {
  readonly code: string;
  readonly text: string;
}

export function ownWords(side: Side, run: Run | null): OwnWords[] {
  const said = new Map<string, OwnWords>();
  for (const { side: by, code, text } of run?.events ?? [])
    if (by === side && code !== null && !said.has(code)) said.set(code, { code, text });
  return [...said.values()];
}
