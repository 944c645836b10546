/** How the next connection of a stage is made: what a lesson has settled, and what the learner has chosen for the rest. */
import type { ClientProgram, Engine, TlsVersion } from '$core/bridge/messages.ts';
import type { BlockParams } from '$core/course/blocks.ts';
import { clientOf, type CommandInput } from '$core/world/commands.ts';
import { labelOf, type Made } from '$core/world/run-label.ts';
import { Settings } from './settings.svelte.ts';

export class Choices {
  readonly #settled: () => BlockParams<'stage'>;
  #version = $state<TlsVersion>('1.3');
  #client = $state<ClientProgram>('page');
  #server = $state<Engine>('node');
  #gate = $state<'run' | 'step'>('run');
  readonly settings = new Settings();
  #resumesNext = false;

  /** @param settled what is not offered to be chosen */
  constructor(settled: () => BlockParams<'stage'>) {
    this.#settled = settled;
  }

  get version(): TlsVersion {
    return this.#settled().version ?? this.#version;
  }
  set version(to: TlsVersion) {
    this.#version = to;
  }

  /** Only Node speaks TLS 1.2. */
  get client(): ClientProgram {
    const { version } = this;
    return version === '1.2' ? clientOf({ version }) : (this.#settled().client ?? this.#client);
  }
  set client(to: ClientProgram) {
    this.#client = to;
  }

  get server(): Engine {
    return this.#settled().server ?? this.#server;
  }
  set server(to: Engine) {
    this.#server = to;
  }

  get gate(): 'run' | 'step' {
    return this.#settled().gate ?? this.#gate;
  }
  set gate(to: 'run' | 'step') {
    this.#gate = to;
  }

  get made(): Made {
    const { as = 'alice', scenario = null } = this.#settled();
    return { as, scenario, version: this.version, client: this.client, server: this.server };
  }

  /** What its run is called. */
  get label(): string {
    return this.#settled().label ?? labelOf(this.made);
  }

  /** The next connection goes on from the ticket of an earlier one. */
  resumeNext(): void {
    this.#resumesNext = true;
  }

  /** The command that makes the connection. */
  dial(): CommandInput {
    const { scenario, ...made } = this.made;
    const resume = this.#resumesNext ? 'yes' : 'no';
    this.#resumesNext = false;
    const { tickets } = this.#settled();
    return {
      ...this.settings.fields(this.version),
      ...(tickets !== undefined && { tickets }),
      resume,
      ...{ type: 'dial', ...made, gate: this.gate, label: this.label },
      serverName: this.#settled().serverName ?? 'localhost',
      ...(scenario === null ? {} : { scenario }),
    };
  }
}
