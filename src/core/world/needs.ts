/** What a lesson may need before its first step, and the commands that make what is missing. */
import type { CommandInput } from './commands.ts';
import type { World } from './world.ts';

/** `ca:mine`, `key:alice`, `csr:alice`, `cert:alice`, `trust` (both sides have loaded ca:mine), `trust:client`. */
export interface Need {
  readonly kind: 'ca' | 'key' | 'csr' | 'cert' | 'trust';
  readonly of: string;
}

const OF = { ca: 'mine', trust: 'both' } as const;

/** Reads one need; null where the text names nothing that can be made. */
export function parseNeed(text: string): Need | null {
  const [, kind, of] = /^(ca|key|csr|cert|trust)(?::([a-z][a-z0-9-]{0,31}))?$/.exec(text) ?? [];
  switch (kind) {
    case 'key':
    case 'csr':
    case 'cert':
      return of === undefined ? null : { kind, of };
    case 'ca':
      return { kind, of: of ?? OF.ca };
    case 'trust':
      return of === undefined || of === 'client' || of === 'server' ? { kind, of: of ?? OF.trust } : null;
    default:
      return null;
  }
}

/**
 * The commands that make what `needs` names and the world lacks, in an order in which each can succeed.
 *
 * @param needs as in a lesson's front matter; texts that name nothing are left out
 */
export function commandsFor(needs: readonly string[], world: World): CommandInput[] {
  const commands = needs.flatMap((text) => {
    const need = parseNeed(text);
    return need ? commandsForOne(need, world) : [];
  });
  const seen = new Set<string>();
  return commands.filter((command) => {
    const text = JSON.stringify(command);
    return seen.has(text) ? false : seen.add(text);
  });
}

function commandsForOne({ kind, of }: Need, world: World): CommandInput[] {
  switch (kind) {
    case 'key':
      return world.keys[of] ? [] : [{ type: 'key', who: of }];
    case 'csr':
      return world.requests[of] ? [] : [{ type: 'csr', who: of }];
    case 'ca':
      return world.authorities[of] ? [] : [{ type: 'ca', name: of }];
    case 'cert':
      if (world.certificates[of]) return [];
      return [
        ...commandsForOne({ kind: 'ca', of: 'mine' }, world),
        ...commandsForOne({ kind: 'csr', of }, world),
        { type: 'sign', csr: of, by: 'mine', for: of === 'desk' ? 'server' : 'client' },
      ];
    case 'trust':
      return (['client', 'server'] as const)
        .filter((side) => (of === 'both' || of === side) && world.trust[side].length === 0)
        .flatMap((side) => [
          ...commandsForOne({ kind: 'ca', of: 'mine' }, world),
          { type: 'trust', side, ca: 'mine' } as const,
        ]);
  }
}
