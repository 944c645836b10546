/** What else can be chosen of a connection: cipher suites and groups of each side, tickets, the kind of the certificates. */
import type { ClientProgram, TlsVersion } from '$core/bridge/messages.ts';
import {
  GROUP_NAMES,
  SUITE_NAMES,
  SUITES,
  usualSuites,
  type CertificateKey,
  type GroupName,
  type SuiteName,
} from '$core/bridge/settings.ts';
import type { CommandInput } from '$core/world/commands.ts';

export type Keys = 'as-they-are' | 'rsa' | 'p256';

type DialFields = Pick<
  Extract<CommandInput, { type: 'dial' }>,
  'suites' | 'groups' | 'clientSuites' | 'clientGroups' | 'tickets' | 'keys'
>;

/** What each program offers by itself, of what can be chosen here. */
const USUAL_GROUPS = {
  server: GROUP_NAMES,
  page: ['x25519', 'secp256r1'],
  node: ['x25519', 'secp256r1', 'secp384r1'],
} as const satisfies Record<'server' | ClientProgram, readonly GroupName[]>;

/** The suites of one version that fit a certificate with such a key. */
export function suitesFor(version: TlsVersion, key: CertificateKey): SuiteName[] {
  return SUITE_NAMES.filter((name) => {
    const { version: ofSuite, key: wanted } = SUITES[name];
    return ofSuite === version && (wanted === null || wanted === key);
  });
}

export class Settings {
  /** null: as usual */
  #suites = $state.raw<Readonly<Record<'server' | 'client', readonly SuiteName[] | null>>>({
    server: null,
    client: null,
  });
  #groups = $state.raw<Readonly<Record<'server' | 'client', readonly GroupName[] | null>>>({
    server: null,
    client: null,
  });
  tickets = $state(false);
  keys = $state<Keys>('as-they-are');

  /** How many things are not as usual. */
  readonly count = $derived(
    [this.#suites.server, this.#suites.client, this.#groups.server, this.#groups.client].filter((one) => one !== null)
      .length +
      (this.tickets ? 1 : 0) +
      (this.keys === 'as-they-are' ? 0 : 1),
  );

  suites(side: 'server' | 'client', version: TlsVersion): readonly SuiteName[] {
    const chosen = this.#suites[side]?.filter((name) => SUITES[name].version === version) ?? [];
    return chosen.length > 0 ? chosen : usualSuites(version);
  }

  groups(side: 'server' | 'client', program: ClientProgram): readonly GroupName[] {
    return this.#groups[side] ?? USUAL_GROUPS[side === 'server' ? 'server' : program];
  }

  /** Takes a suite in or out; the last one stays. */
  toggleSuite(side: 'server' | 'client', suite: SuiteName, among: readonly SuiteName[]): void {
    const { version } = SUITES[suite];
    const now = this.suites(side, version);
    const next = SUITE_NAMES.filter(
      (name) => now.includes(name) !== (name === suite) && SUITES[name].version === version,
    );
    if (!next.some((name) => among.includes(name))) return;
    const usual = usualSuites(version);
    const isUsual = next.length === usual.length && next.every((name) => usual.includes(name));
    this.#suites = { ...this.#suites, [side]: isUsual ? null : next };
  }

  toggleGroup(side: 'server' | 'client', group: GroupName, program: ClientProgram): void {
    const now = this.groups(side, program);
    const next = now.includes(group) ? now.filter((name) => name !== group) : [...now, group];
    if (next.length > 0) this.#setGroups(side, next, program);
  }

  /** The client's key share is for its first group. */
  shareFirst(group: GroupName, program: ClientProgram): void {
    const others = this.groups('client', program).filter((name) => name !== group);
    this.#setGroups('client', [group, ...others], program);
  }

  reset(): void {
    this.#suites = { server: null, client: null };
    this.#groups = { server: null, client: null };
    this.tickets = false;
    this.keys = 'as-they-are';
  }

  /** What a `dial` says of it: nothing where it is as usual. */
  fields(version: TlsVersion): DialFields {
    const { server: groups, client: clientGroups } = this.#groups;
    const ofVersion = (side: 'server' | 'client') => {
      const chosen = this.#suites[side]?.filter((name) => SUITES[name].version === version) ?? [];
      return chosen.length > 0 ? chosen : null;
    };
    const [suites, clientSuites] = [ofVersion('server'), ofVersion('client')];
    return {
      ...(suites && { suites }),
      ...(clientSuites && { clientSuites }),
      ...(groups && { groups: [...groups] }),
      ...(clientGroups && { clientGroups: [...clientGroups] }),
      ...(this.tickets && { tickets: 'yes' as const }),
      ...(this.keys !== 'as-they-are' && { keys: this.keys }),
    };
  }

  #setGroups(side: 'server' | 'client', next: readonly GroupName[], program: ClientProgram): void {
    const usual = USUAL_GROUPS[side === 'server' ? 'server' : program];
    const isUsual = next.length === usual.length && next.every((name, at) => usual[at] === name);
    this.#groups = { ...this.#groups, [side]: isUsual ? null : next };
  }
}

/** What these choices will lead to, in one sentence; null: a handshake as always. */
export function foresight(
  settings: Settings,
  { version, client, key }: { version: TlsVersion; client: ClientProgram; key: CertificateKey },
): string | null {
  const fitting = suitesFor(version, key);
  const accepts = settings.suites('server', version);
  const both = settings.suites('client', version).filter((name) => accepts.includes(name) && fitting.includes(name));
  if (both.length === 0) return 'No cipher suite in common: the server will end it with handshake_failure.';
  const groups = settings.groups('server', client);
  const offered = settings.groups('client', client);
  const common = offered.filter((name) => groups.includes(name));
  if (common.length === 0) return 'No group in common: the server will end it with handshake_failure.';
  if (version === '1.2' && key === 'ECDSA' && !common.includes('secp256r1'))
    return 'In TLS 1.2 a certificate with a P-256 key needs the group P-256 on both sides.';
  const [first] = offered;
  if (version === '1.3' && first !== undefined && !groups.includes(first))
    return 'The server takes none of the key shares: it will ask again with a HelloRetryRequest.';
  return null;
}
