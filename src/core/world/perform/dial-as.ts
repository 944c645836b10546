/** The two programs that can play the client of a run, and what each is given. */
import { fromPem } from '../../bytes/pem.ts';
import { done, refused, type Result } from '../../bytes/result.ts';
import { toUtf8 } from '../../bytes/utf8.ts';
import { clientOf, type CommandOf } from '../commands.ts';
import type { KeptTicket } from '../own-client/kept-tickets.ts';
import { OwnClient, type OwnIdentity } from '../own-client/own-client.ts';
import { labelOf } from '../run-label.ts';
import type { Owner } from '../world.ts';
import { askRelay } from './ask.ts';
import type { Plan } from './scenario.ts';
import { ownClientSettings, relaySettings } from './settings.ts';
import type { Step } from './step.ts';

/** The number of the run. */
type Dialled = Promise<Result<number>>;

/** The page's own client: only its bytes leave, and the key stays. */
export async function dialAsPage(
  command: CommandOf<'dial'>,
  { identity, ...plan }: Plan & { readonly identity: OwnIdentity | null },
  step: Step,
): Dialled {
  const { serverName } = plan;
  const trust = anchorsOf(plan.clientTrusts, step);
  const certificate = plan.as === null ? null : (step.world.certificates[plan.as] ?? null);
  const kind = { engine: command.server, serverName, trust, certificate };
  const { clients, tickets } = step.ports;
  const resumed = command.resume === 'yes' ? tickets.take(kind, step.ports.now()) : done(null);
  if (!resumed.ok) return resumed;
  const request = {
    type: 'dial',
    client: 'page',
    label: runLabel(command),
    serverName,
    hold: command.gate === 'step',
  } as const;
  const answer = await askRelay(step, request, 'dialled');
  if (!answer.ok) return answer;
  const { run } = answer.value;
  for (const [number, { isOver }] of clients) if (isOver) clients.delete(number);
  const keep = relaySettings(command).tickets ? (kept: KeptTicket) => tickets.keep(kind, kept) : null;
  const client = new OwnClient(
    {
      ...{ run, serverName, trust, identity, resumed: resumed.value, keep },
      settings: ownClientSettings(command),
    },
    step.ports,
  );
  clients.set(run, client);
  client.start();
  return done(run);
}

/** What the page's own client shows of itself, and how it can sign; null where the plan is to show nothing. */
export async function ownIdentity({ as: owner }: Plan, step: Step): Promise<Result<OwnIdentity | null>> {
  if (owner === null) return done(null);
  const { certificates, keys } = step.world;
  const pem = fromPem(certificates[owner] ?? '');
  const key = keys[owner];
  if (!pem.ok || !key) return noIdentity(owner);
  const schemes = await step.ports.pki.handshakeSchemes(key.privateKey.reveal());
  if (!schemes.ok) return schemes;
  return done({ chain: pem.value.map(({ der }) => der), schemes: schemes.value, privateKey: key.privateKey });
}

/** Node's client on the bridge: the key is lent to it for this connection. */
export async function dialAsNode(command: CommandOf<'dial'>, plan: Plan, step: Step): Dialled {
  const lent = plan.as === null ? { certificate: null, lentKey: null } : lentBy(plan.as, step);
  if (lent === null) return noIdentity(plan.as ?? '');
  const { serverName } = plan;
  const { version, clientSuites = null, clientGroups = null } = command;
  const trust = anchorsOf(plan.clientTrusts, step);
  const request = {
    type: 'dial',
    client: 'node',
    label: runLabel(command),
    hold: command.gate === 'step',
    version,
    serverName,
    trust,
    suites: clientSuites,
    groups: clientGroups,
    resume: command.resume === 'yes',
    ...lent,
  } as const;
  const answer = await askRelay(step, request, 'dialled');
  if ((answer.ok || answer.error.kind !== 'bridgeGone') && plan.as !== null && lent.lentKey !== null)
    step.tell({ kind: 'lent', owner: plan.as, bytes: toUtf8(lent.lentKey).length });
  return answer.ok ? done(answer.value.run) : answer;
}

function lentBy(owner: Owner, step: Step): { certificate: string; lentKey: string } | null {
  const certificate = step.world.certificates[owner];
  const key = step.world.keys[owner];
  return certificate === undefined || !key ? null : { certificate, lentKey: key.privateKey.reveal() };
}

function noIdentity(owner: Owner): Result<never> {
  return refused('noCertificate', `There is no certificate and key for ${owner} yet.`);
}

/** What the run of this command is called. */
export function runLabel(command: CommandOf<'dial'>): string {
  const { label, scenario, as, version, server } = command;
  return label ?? labelOf({ scenario: scenario ?? null, as, version, client: clientOf(command), server });
}

/** Certificates of a side's authorities, PEM. */
export function anchorsOf(names: readonly string[], step: Step): string[] {
  return names.flatMap((name) => step.world.authorities[name]?.certificate ?? []);
}
