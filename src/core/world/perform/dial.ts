/** Connects to the desk: the relay is told what to load, then a client dials it through the tap. */
import { done } from '../../bytes/result.ts';
import { clientOf, type CommandOf } from '../commands.ts';
import type { OwnIdentity } from '../own-client/own-client.ts';
import type { Loaded } from '../world.ts';
import { askRelay } from './ask.ts';
import { crlsOf } from './crl.ts';
import { anchorsOf, dialAsNode, dialAsPage, ownIdentity, runLabel } from './dial-as.ts';
import { hasSettled, SETTLE_MS, tellGreeting, untilKept } from './settle.ts';
import { renewKeys } from './renew-keys.ts';
import { planOf, type Plan } from './scenario.ts';
import { relaySettings, settingsRefusal } from './settings.ts';
import { no, type Answer, type Step } from './step.ts';
import { Watch } from './watch.ts';

export async function dial(command: CommandOf<'dial'>, step: Step): Answer {
  if (clientOf(command) === 'page' && command.version !== '1.3')
    return no('noSuchClient', 'The client in this page speaks TLS 1.3 only. Let Node play the client for TLS 1.2.');
  const renewed = await renewKeys(command, step);
  if (renewed) return renewed;
  const plan = await planOf(command, step);
  if (!plan.ok) return plan.error;
  const crls = await crlsOf(plan.value, step);
  if (!crls.ok) return crls.error;
  const loaded: Loaded = {
    client: anchorsOf(plan.value.clientTrusts, step),
    server: anchorsOf(plan.value.deskTrusts, step),
    crls: crls.value,
  };
  const refusal = settingsRefusal(command, plan.value, step);
  if (refusal) return refusal;
  // Each waits for somebody else: the relay for its server, the page's client for the worker that has its key.
  const [notReady, identity] = await Promise.all([
    configureRelay(command, loaded, step),
    clientOf(command) === 'page' ? ownIdentity(plan.value, step) : done(null),
  ]);
  if (notReady) return notReady;
  return identity.ok ? connect(command, { ...plan.value, loaded, identity: identity.value }, step) : identity.error;
}

/** Told anew before every connection: the relay may have been restarted, or still hold a scenario's anchors. */
async function configureRelay(command: CommandOf<'dial'>, { server, crls }: Loaded, step: Step): Answer {
  const certificate = step.world.certificates['desk'];
  if (certificate === undefined)
    return no('noDeskCertificate', 'The desk has no certificate yet. Fetch its request and sign it first.');
  const { suites, groups, tickets } = relaySettings(command);
  const chosen = { suites: suites && [...suites], groups: groups && [...groups], tickets };
  const material = { trust: [...server], crls: [...crls] };
  const request = { type: 'relay', engine: command.server, certificate, ...material, ...chosen } as const;
  const answer = await askRelay(step, request, 'relay-ready');
  if (!answer.ok) return answer.error;
  step.tell({ kind: 'relay', loaded: { certificate: answer.value.certificate, trust: answer.value.trust } });
  return null;
}

/** What a connection needs that is ready. */
interface Ready extends Plan {
  readonly loaded: Loaded;
  /** of the page's own client; null where it shows none */
  readonly identity: OwnIdentity | null;
}

async function connect(command: CommandOf<'dial'>, ready: Ready, step: Step): Answer {
  const dialAs = clientOf(command) === 'page' ? dialAsPage : dialAsNode;
  const watch = new Watch(step.ports);
  try {
    const dialled = await dialAs(command, ready, step);
    if (!dialled.ok) return dialled.error;
    step.tell({ kind: 'loaded', label: runLabel(command), loaded: ready.loaded });
    const run = await watch.until(dialled.value, hasSettled, SETTLE_MS);
    if (run) tellGreeting(run, step);
    if (run && relaySettings(command).tickets) await untilKept(run, watch);
    return null;
  } finally {
    watch.stop();
  }
}
