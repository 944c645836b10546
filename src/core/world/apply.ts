/** The only place where a new world is made out of an old one. */
import { type Fact, type Run, openedRun, withFact } from '../bridge/run.ts';
import type { WorldFact } from './facts.ts';
import type { Owner, World } from './world.ts';

/**
 * Number of a run whose session has ended. Sessions count their runs from the start, so an old run must not take in
 * what is told of a new one of its number.
 */
export const FORMER_RUN = -1;

/** The world after one more fact. The old one stays as it was. */
export function apply(world: World, fact: WorldFact): World {
  switch (fact.kind) {
    case 'key': {
      const { owner } = fact.pair;
      // A new key has not been anywhere yet.
      const owners = world.lent.owners.filter((lent) => lent !== owner);
      return { ...world, keys: { ...world.keys, [owner]: fact.pair }, lent: { ...world.lent, owners } };
    }
    case 'authority':
      return { ...world, authorities: { ...world.authorities, [fact.authority.name]: fact.authority } };
    case 'request':
      return { ...world, requests: { ...world.requests, [fact.owner]: fact.pem } };
    case 'certificate':
      return { ...world, certificates: { ...world.certificates, [fact.owner]: fact.pem } };
    case 'signature':
      return { ...world, signatures: { ...world.signatures, [fact.owner]: fact.signed } };
    case 'trust':
      return { ...world, trust: { ...world.trust, [fact.side]: fact.names } };
    case 'relay':
      return { ...world, relay: fact.loaded };
    case 'loaded':
      return { ...world, loaded: { ...world.loaded, [fact.label]: fact.loaded } };
    case 'lent':
      return { ...world, lent: lentAlso(world.lent, fact.owner, fact.bytes) };
    case 'prepared':
      return { ...world, prepared: withPrepared(world.prepared, fact) };
    case 'desk-line':
      return { ...world, deskLines: [...world.deskLines, fact.line] };
    case 'bet':
      return { ...world, bets: { ...world.bets, [fact.id]: fact.choice } };
    case 'session-ended':
      return { ...Object.values(world.runs).reduce((left, { id }) => forgetNumber(left, id), world), relay: null };
    case 'run':
      return withRunFact(world, fact.fact);
  }
}

function withPrepared(prepared: World['prepared'], fact: Extract<WorldFact, { kind: 'prepared' }>): World['prepared'] {
  const { run, record, change } = fact;
  const others = prepared.filter((one) => one.run !== run || one.record !== record);
  return change === null ? others : [...others, { run, record, change }];
}

function lentAlso(lent: World['lent'], owner: Owner, bytes: number): World['lent'] {
  return { bytes: lent.bytes + bytes, owners: [...new Set([...lent.owners, owner])] };
}

function withRunFact(world: World, fact: Fact): World {
  if ('type' in fact && fact.type === 'run') return withRun(forgetNumber(world, fact.run), openedRun(fact));
  const label = Object.keys(world.runs).find((name) => world.runs[name]?.id === fact.run);
  const run = label === undefined ? undefined : world.runs[label];
  return label === undefined || run === undefined
    ? world
    : { ...world, runs: { ...world.runs, [label]: withFact(run, fact) } };
}

/** A label keeps its newest run; what the desk said in the one before is kept without its number. */
function withRun(world: World, run: Run): World {
  return { ...world, runs: { ...world.runs, [run.label]: run }, lastRun: run.label };
}

function forgetNumber(world: World, id: number): World {
  const runs = Object.fromEntries(
    Object.entries(world.runs).map(([label, run]) => [label, run.id === id ? { ...run, id: FORMER_RUN } : run]),
  );
  const deskLines = world.deskLines.map((line) => (line.run === id ? { ...line, run: FORMER_RUN } : line));
  const prepared = world.prepared.filter(({ run }) => run !== id);
  return { ...world, runs, deskLines, prepared };
}
