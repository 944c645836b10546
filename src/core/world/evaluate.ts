/** Holds a check's expression against a world. Reads only, and says what it saw. */
import type { CheckName } from '../course/checks.ts';
import { isCheckName } from '../course/checks.ts';
import type { Call, Expression } from '../course/expression.ts';
import type { Bet } from '../course/lesson.ts';
import * as certificates from './checks/certificates.ts';
import { deskOrder } from './checks/desk.ts';
import * as keys from './checks/keys.ts';
import * as runs from './checks/runs.ts';
import { arg, missing, seen, type ReadCheck, type Seen } from './checks/seen.ts';
import type { Ports } from './ports.ts';
import type { World } from './world.ts';

const READERS = {
  'key.exists': keys.keyExists,
  'key.home': keys.keyHome,
  'key.fits': keys.keyFits,
  'sig.ok': keys.signatureOk,
  'sig.bytes': keys.signatureBytes,
  'csr.valid': certificates.requestValid,
  'csr.field': certificates.requestField,
  'ca.exists': certificates.authorityExists,
  'cert.exists': certificates.certificateExists,
  'cert.ok': certificates.certificateOk,
  'cert.self': certificates.certificateSelf,
  'cert.field': certificates.certificateField,
  'trust.is': certificates.trustIs,
  'handshake.accepted': runs.accepted,
  'handshake.refused': runs.refused,
  lamp: runs.lamp,
  'wire.alert': runs.alertOnWire,
  'wire.shows': runs.shows,
  'wire.reads': runs.reads,
  'log.explained': runs.explained,
  'conn.open': runs.isOpen,
  'desk.order': deskOrder,
  predicted: (asked) => {
    const bet = arg(asked, 0);
    const choice = asked.world.bets[bet];
    return choice === undefined ? seen(false, `no bet on "${bet}" yet`) : seen(true, `you bet on ${choice}`);
  },
} as const satisfies Record<CheckName, ReadCheck>;

/** What a check reads besides the world. */
export type CheckPorts = Pick<Ports, 'pki' | 'now'>;

export interface Finding {
  readonly holds: boolean;
  /** what is there, in one plain sentence */
  readonly saw: string;
}

/**
 * Whether an expression holds now. While what it speaks about is not there, neither it nor its opposite does.
 *
 * @param of label of the run that a bet is about; null: the last one
 */
export async function evaluate(
  expression: Expression,
  world: World,
  ports: CheckPorts,
  of: string | null = null,
): Promise<Finding> {
  const { holds, saw } = await see(expression, { world, ports, of });
  return { holds: holds === true, saw };
}

/**
 * The choices of a bet that hold now, numbered from 1. Exactly one does once the bet is answered.
 */
export async function answersOf(bet: Bet, world: World, ports: CheckPorts): Promise<number[]> {
  const findings = await Promise.all(bet.choices.map((choice) => evaluate(choice.if, world, ports, bet.of)));
  return findings.flatMap(({ holds }, index) => (holds ? [index + 1] : []));
}

interface Context {
  readonly world: World;
  readonly ports: CheckPorts;
  readonly of: string | null;
}

async function see(expression: Expression, context: Context): Promise<Seen> {
  switch (expression.kind) {
    case 'call':
      return seeCall(expression, context);
    case 'not': {
      const { holds, saw } = await seeCall(expression.of, context);
      return { holds: holds === null ? null : !holds, saw };
    }
    case 'and': {
      const all = await Promise.all(expression.all.map((term) => see(term, context)));
      // The first that keeps it from holding is what the learner needs to hear.
      const blocking = all.find(({ holds }) => holds !== true);
      return blocking ?? { holds: true, saw: [...new Set(all.map(({ saw }) => saw))].join('; ') };
    }
  }
}

async function seeCall({ name, args, named }: Call, context: Context): Promise<Seen> {
  if (!isCheckName(name)) return missing(`there is no check "${name}"`);
  const read: ReadCheck = READERS[name];
  return read({ ...context, args, named });
}
