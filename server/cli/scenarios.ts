import type { Expectation, Scenario } from '../../src/core/scenarios/scenario.ts';
import { SCENARIOS, scenarioOf } from '../../src/core/scenarios/scenarios.ts';
import { type Command, readOptions, UsageError } from './usage.ts';

const HELP = `trustwalk scenarios: runs the failure catalogue on real sockets.

  trustwalk scenarios [ID…] [options]

  ID               a scenario; without one, all of them
  --engine NAME    only this server: node or openssl
  --tls VERSION    only this version: 1.2 or 1.3
  --client NAME    only this client: page (Trustwalk's own) or node
  --list           lists the scenarios and what must be seen; nothing is run
  --json           prints JSON for programs: one array

Each way to make a scenario is one connection through the tap: who refused, with which alert and reason, and what each
side believed in the end is held against the catalogue. Where there is no openssl, its rows are named and left out.

Exit status: 0 every connection went as the catalogue says, 1 one did not, 2 wrong usage.`;

/** One way to make a scenario. */
export interface Way {
  readonly scenario: Scenario;
  readonly engine: Expectation['engine'];
  readonly tls: Expectation['tls'][number];
  readonly client: Expectation['client'][number];
  readonly expected: Expectation;
}

export const scenarios: Command = {
  says: 'runs the failure catalogue on real sockets',
  help: HELP,
  async run(args, terminal) {
    const { values, words } = readOptions(
      'scenarios',
      args,
      {
        ...{ engine: { type: 'string' }, tls: { type: 'string' }, client: { type: 'string' } },
        ...{ list: { type: 'boolean' }, json: { type: 'boolean' } },
      },
      Infinity,
    );
    const among = <Name extends string>(option: string, text: string | undefined, names: readonly Name[]) => {
      if (text === undefined) return names;
      const found = names.find((name) => name === text);
      if (found === undefined) throw new UsageError(`--${option} takes ${names.join(' or ')}, not "${text}".`);
      return [found];
    };
    const ways = waysOf(words.length > 0 ? [...new Set(words)].map(known) : SCENARIOS, {
      engines: among('engine', values.engine, ['node', 'openssl']),
      versions: among('tls', values.tls, ['1.2', '1.3']),
      clients: among('client', values.client, ['page', 'node']),
    });
    if (ways.length === 0) throw new UsageError("there is no such connection: Trustwalk's own client speaks TLS 1.3.");
    if (values.list) {
      const { listed } = await import('./scenarios/print.ts');
      for (const line of listed(ways, values.json === true)) terminal.out(line);
      return 0;
    }
    const { runScenarios } = await import('./scenarios/run.ts');
    return (await runScenarios(ways, values.json === true, terminal)) ? 0 : 1;
  },
};

function known(id: string): Scenario {
  const scenario = scenarioOf(id);
  if (scenario === null) throw new UsageError(`there is no scenario "${id}". See: trustwalk scenarios --list`);
  return scenario;
}

interface Chosen {
  readonly engines: readonly Way['engine'][];
  readonly versions: readonly Way['tls'][];
  readonly clients: readonly Way['client'][];
}

/** Every way that the catalogue speaks about; it has one row for each. */
function waysOf(wanted: readonly Scenario[], { engines, versions, clients }: Chosen): Way[] {
  const ways = wanted.flatMap((scenario) =>
    scenario.expect.flatMap((expected) =>
      expected.tls.flatMap((tls) =>
        expected.client.map((client) => ({ scenario, engine: expected.engine, tls, client, expected })),
      ),
    ),
  );
  return ways.filter(
    ({ engine, tls, client }) => engines.includes(engine) && versions.includes(tls) && clients.includes(client),
  );
}
