/** Connects to the desk: the relay is told what to load, then Node's client dials it through the tap. */
import { toUtf8 } from '../../bytes/utf8.ts';
import type { CommandOf } from '../commands.ts';
import { isOver } from '../outcome.ts';
import { labelOf } from '../run-label.ts';
import { askRelay } from './ask.ts';
import { greetingOf } from './conversation.ts';
import { planOf, type Plan } from './scenario.ts';
import { no, type Answer, type Step } from './step.ts';
import { Watch } from './watch.ts';

/** A handshake on this machine takes milliseconds; after this the learner reads what there is. */
const SETTLE_MS = 8_000;

export async function dial(command: CommandOf<'dial'>, step: Step): Answer {
  const plan = await planOf(command, step);
  if (!plan.ok) return plan.error;
  return (await configureRelay(plan.value, step)) ?? (await connect(command, plan.value, step));
}

/** Told anew before every connection: the relay may have been restarted, or still hold a scenario's anchors. */
async function configureRelay(plan: Plan, step: Step): Answer {
  const certificate = step.world.certificates['desk'];
  if (certificate === undefined)
    return no('noDeskCertificate', 'The desk has no certificate yet. Fetch its request and sign it first.');
  const trust = anchors(plan.deskTrusts, step);
  const answer = await askRelay(step, { type: 'relay', engine: 'node', certificate, trust }, 'relay-ready');
  if (!answer.ok) return answer.error;
  step.tell({ kind: 'relay', loaded: { certificate: answer.value.certificate, trust: answer.value.trust } });
  return null;
}

async function connect(command: CommandOf<'dial'>, plan: Plan, step: Step): Answer {
  const shown = identityOf(plan.as, step);
  if (shown === null) return no('noCertificate', `There is no certificate and key for ${plan.as} yet.`);
  const watch = new Watch(step.ports);
  try {
    const dialled = await askRelay(
      step,
      {
        type: 'dial',
        client: 'node',
        label: command.label ?? labelOf(command.scenario ?? null, command.as, command.version),
        version: command.version,
        serverName: plan.serverName,
        trust: anchors(plan.clientTrusts, step),
        ...shown,
      },
      'dialled',
    );
    if ((dialled.ok || dialled.error.kind !== 'bridgeGone') && plan.as !== null && shown.lentKey !== null)
      step.tell({ kind: 'lent', owner: plan.as, bytes: toUtf8(shown.lentKey).length });
    if (!dialled.ok) return dialled.error;
    const run = await watch.until(dialled.value.run, (seen) => greetingOf(seen) !== null || isOver(seen), SETTLE_MS);
    const greeting = run && greetingOf(run);
    if (run && greeting) step.tell({ kind: 'desk-line', line: { run: run.id, from: 'server', message: greeting } });
    return null;
  } finally {
    watch.stop();
  }
}

function identityOf(as: string | null, step: Step): { certificate: string | null; lentKey: string | null } | null {
  if (as === null) return { certificate: null, lentKey: null };
  const certificate = step.world.certificates[as];
  const key = step.world.keys[as];
  return certificate === undefined || !key ? null : { certificate, lentKey: key.privateKey.reveal() };
}

function anchors(names: readonly string[], step: Step): string[] {
  return names.flatMap((name) => step.world.authorities[name]?.certificate ?? []);
}
