/** Makes what a scenario lacks, and says who connects, showing what, trusting whom. */
import { done, refused, type Result } from '../../bytes/result.ts';
import type { Authority, Identity, RevocationList, Scenario } from '../../scenarios/scenario.ts';
import { scenarioOf } from '../../scenarios/scenarios.ts';
import type { CommandOf } from '../commands.ts';
import { commandsFor } from '../needs.ts';
import type { Step } from './step.ts';

/** One connection, before it is made. */
export interface Plan {
  /** whose certificate and key the client uses; null: none */
  readonly as: string | null;
  /** names of authorities */
  readonly clientTrusts: readonly string[];
  readonly deskTrusts: readonly string[];
  /** the list that the desk has loaded; null: it asks for none */
  readonly deskCrl: RevocationList | null;
  readonly serverName: string;
}

const FOREIGN_NAME = 'O=Elsewhere, CN=Elsewhere CA';

/** What the command asks for: as each side has loaded it, or as a scenario sets it. */
export async function planOf(command: CommandOf<'dial'>, step: Step): Promise<Result<Plan>> {
  if (command.scenario === undefined) {
    const { client, server } = step.world.trust;
    return done({
      as: command.as,
      clientTrusts: client,
      deskTrusts: server,
      deskCrl: null,
      serverName: command.serverName,
    });
  }
  const scenario = scenarioOf(command.scenario);
  return scenario
    ? planFor(scenario, command, step)
    : refused('noScenario', `There is no scenario "${command.scenario}".`);
}

async function planFor({ fault }: Scenario, command: CommandOf<'dial'>, step: Step): Promise<Result<Plan>> {
  const identity = fault.client;
  const { clientTrusts = ['mine'], deskTrusts = ['mine'] } = fault;
  const needs = ['ca:mine', 'cert:desk', ...(identity === undefined ? [`cert:${command.as}`] : [])];
  const refusal =
    (await step.first(...commandsFor(needs, step.world))) ??
    (await makeAuthorities([...clientTrusts, ...deskTrusts], step)) ??
    (identity ? await makeIdentity(identity, step) : null);
  if (refusal) return { ok: false, error: refusal };
  return done({
    as: identity === undefined ? command.as : (identity?.owner ?? null),
    clientTrusts,
    deskTrusts,
    deskCrl: fault.deskCrl ?? null,
    serverName: fault.serverName ?? command.serverName,
  });
}

async function makeIdentity({ owner, subject, issuer }: Identity, step: Step) {
  if (step.world.certificates[owner] !== undefined) return null;
  return (
    (issuer === 'self' ? null : await makeAuthorities([issuer], step)) ??
    (step.world.requests[owner] === undefined ? await step.first({ type: 'csr', who: owner, subject }) : null) ??
    (await step.first({ type: 'sign', csr: owner, by: issuer, for: 'client' }))
  );
}

async function makeAuthorities(names: readonly Authority[], step: Step) {
  for (const name of new Set(names)) {
    if (step.world.authorities[name]) continue;
    const refusal = await step.first({ type: 'ca', name, subject: await subjectOf(name, step) });
    if (refusal) return refusal;
  }
  return null;
}

/** A twin carries the very name of the learner's authority. */
async function subjectOf(name: Authority, step: Step): Promise<string | undefined> {
  if (name === 'foreign') return FOREIGN_NAME;
  const mine = step.world.authorities['mine'];
  if (name === 'mine' || !mine) return undefined;
  const read = await step.ports.pki.readCertificate(mine.certificate);
  return read.ok ? read.value.subject : undefined;
}
