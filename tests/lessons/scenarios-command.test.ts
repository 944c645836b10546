/** `trustwalk scenarios`: the catalogue from a shell. */
import { expect, test } from 'vitest';
import { scenarios } from '../../server/cli/scenarios.ts';
import { UsageError } from '../../server/cli/usage.ts';

async function run(...args: string[]) {
  const lines: string[] = [];
  const print = (line: string) => void lines.push(line);
  return { status: await scenarios.run(args, { out: print, error: print }), lines };
}

test('runs what was asked for on real sockets, and tells what was seen', async () => {
  const { status, lines } = await run('no-client-cert', '--engine', 'node');
  expect(status).toBe(0);
  expect(lines.slice(1)).toEqual([
    ...['TLS 1.3, client page', 'TLS 1.3, client node'].map(
      (how) =>
        `  ✓ ${how}, server node: refused by the server, alert 116 certificate_required, ` +
        'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE',
    ),
    '  ✓ TLS 1.2, client node, server node: refused by the server, alert 40 handshake_failure, ' +
      'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE',
    '3 of 3 connections went as the catalogue says, 0 did not, 0 were left out.',
  ]);
});

test('as JSON: what was expected, what was seen, where they differ', async () => {
  const { lines } = await run('good', '--engine', 'node', '--client', 'page', '--json');
  const seen = { noticedBy: null, alert: null, reason: null, lamps: { client: true, server: true } };
  expect(JSON.parse(lines.join('\n'))).toEqual([
    { scenario: 'good', engine: 'node', tls: '1.3', client: 'page', expected: seen, seen, differences: [] },
  ]);
});

test('lists without running', async () => {
  const { status, lines } = await run('--list', '--json');
  expect(status).toBe(0);
  const listed = JSON.parse(lines.join('\n')) as { scenario: string; title: string }[];
  expect(listed).toContainEqual(expect.objectContaining({ scenario: 'stale-crl', tls: '1.2', client: 'node' }));
});

test.each([
  [['nonsense'], 'there is no scenario "nonsense"'],
  [['good', '--tls', '1.1'], '--tls takes 1.2 or 1.3, not "1.1".'],
  [['good', '--tls', '1.2', '--client', 'page'], "Trustwalk's own client speaks TLS 1.3."],
])('refuses %j with words', async (args, words) => {
  await expect(run(...args)).rejects.toSatisfy(
    (error) => error instanceof UsageError && error.message.includes(words),
  );
});
