/** The openssl program at both ends. */
import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  type Recording,
  expectComplete,
  file,
  hasOpenssl,
  labels,
  preparePeers,
  proofs,
  run,
  takeLog,
  tapBefore,
  text,
} from '../../../tests/recorded-peers.ts';

preparePeers();

describe.skipIf(!hasOpenssl)('openssl at both ends', () => {
  /** s_server and s_client, one connection after the other; `typed` goes to the server once the client is in. */
  async function recordBoth(server: string[], clients: string[][], typed: string[] = []): Promise<Recording[]> {
    const relay = run(
      ...['s_server', '-accept', '127.0.0.1:0', '-cert', 'ec.crt', '-key', 'ec.key', '-CAfile', 'ca.crt', ...server],
      ...['-naccept', String(clients.length)],
    );
    const [, port] = await relay.until(/ACCEPT .*:(\d+)/);
    const recordings: Recording[] = [];
    for (const options of clients) {
      const tap = await tapBefore(Number(port));
      const client = run(
        ...[
          's_client',
          '-connect',
          `127.0.0.1:${tap.port}`,
          '-cert',
          'rsa.crt',
          '-key',
          'rsa.key',
          '-CAfile',
          'ca.crt',
        ],
        ...['-keylogfile', 'client.log', ...options],
      );
      await client.until(/Verify return code/);
      client.say('hello\n');
      await relay.until(/hello/);
      for (const line of typed) {
        relay.say(line);
        await relay.until(/depth=0[^]*?verify return:1/);
      }
      client.say('Q\n');
      await client.ended;
      await tap.close();
      recordings.push({ chunks: tap.chunks, keyLog: { client: takeLog('client.log'), server: '' } });
    }
    relay.end();
    await relay.ended;
    return recordings;
  }

  test('early data opens under its own key', async () => {
    writeFileSync(file('early.txt'), 'sent at once');
    const [, second] = await recordBoth(
      ['-tls1_3', '-early_data'],
      [
        ['-sess_out', 'ticket.pem'],
        ['-sess_in', 'ticket.pem', '-early_data', 'early.txt'],
      ],
    );
    if (!second) throw new Error('There was no second connection.');
    const dissection = expectComplete(second);
    expect(dissection.records.filter(({ protection }) => protection === 'early').map(({ label }) => label)).toEqual([
      'Application data',
      'EndOfEarlyData',
    ]);
    expect(text(dissection)).toMatch(/^sent at once\|/);
    expect(dissection.resumed).toBe(true);
  });

  test('a client certificate asked for after the handshake', async () => {
    const [recording] = await recordBoth(['-tls1_3', '-verify', '3'], [['-enable_pha']], ['c\n']);
    if (!recording) throw new Error('There was no connection.');
    const dissection = expectComplete(recording);
    const asked = dissection.messages.filter(({ name }) => name === 'CertificateRequest');
    expect(asked).toHaveLength(2);
    expect(labels(dissection, 'client').slice(-4)).toEqual([
      'Certificate',
      'CertificateVerify',
      'Finished',
      'Alert: close_notify (0)',
    ]);
    expect(proofs(dissection)).toEqual([true, true, true, true]);
  });
});
