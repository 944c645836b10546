/** Certificates over keys of the kind that a `dial` asks for. */
import type { KeyKind } from '../../pki/keys/key-kind.ts';
import type { CommandInput, CommandOf } from '../commands.ts';
import { commandsFor } from '../needs.ts';
import { keyOf, type CertifiedKey } from './settings.ts';
import type { Answer, Step } from './step.ts';

const KINDS = {
  rsa: { kind: 'rsa-2048', key: 'RSA' },
  p256: { kind: 'p256', key: 'P-256' },
} as const satisfies Record<string, { kind: KeyKind; key: CertifiedKey }>;

/** The desk's and the client's, each made anew where its key is of another kind; the authority stays who it is. */
export async function renewKeys({ keys, as }: CommandOf<'dial'>, step: Step): Answer {
  if (keys === undefined) return null;
  const { kind, key } = KINDS[keys];
  const isOther = (owner: string) => keyOf(step.world.certificates[owner]) !== key;
  const commands: CommandInput[] = [
    ...commandsFor(['ca:mine'], step.world),
    ...(isOther('desk')
      ? ([
          { type: 'csr', who: 'desk', kind },
          { type: 'sign', csr: 'desk', by: 'mine', for: 'server' },
        ] as const)
      : []),
    ...(isOther(as)
      ? ([
          { type: 'key', who: as, kind },
          { type: 'csr', who: as },
          { type: 'sign', csr: as, by: 'mine', for: 'client' },
        ] as const)
      : []),
  ];
  return step.first(...commands);
}
