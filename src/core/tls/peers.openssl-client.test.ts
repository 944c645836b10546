/** `openssl s_client` as the client of a server of Node. */
import { describe, expect, test } from 'vitest';
import {
  expectComplete,
  hasOpenssl,
  labels,
  preparePeers,
  proofs,
  recordClient,
  text,
} from '../../../tests/recorded-peers.ts';

preparePeers();

describe.skipIf(!hasOpenssl)('openssl s_client as the client', () => {
  test('KeyUpdate: what follows opens under the next keys', async () => {
    const dissection = expectComplete(await recordClient(['-tls1_3'], ['before\n', 'K\n', 'after\n']));
    expect(labels(dissection, 'client').slice(-4)).toEqual([
      'Application data',
      'KeyUpdate',
      'Application data',
      'Alert: close_notify (0)',
    ]);
    expect(labels(dissection, 'server')).toContain('KeyUpdate');
    expect(text(dissection)).toBe('before\n|echo before\n|after\n|echo after\n');
  });

  test('messages spread over records of 512 bytes are put together', async () => {
    const dissection = expectComplete(await recordClient(['-tls1_3', '-max_send_frag', '512'], ['hello\n']));
    expect(labels(dissection, 'client')).toContain('Certificate (1 of 2)');
    expect(
      dissection.messages.find(({ from, name }) => from === 'client' && name === 'Certificate')?.records,
    ).toHaveLength(2);
    expect(proofs(dissection)).toEqual([true, true, true, true]);
  });

  test('padding is told from content', async () => {
    const dissection = expectComplete(await recordClient(['-tls1_3', '-record_padding', '256'], ['hello\n']));
    const data = dissection.records.find(({ from, contentType }) => from === 'client' && contentType === 23);
    expect(data?.opened?.children.map(({ name, range }) => [name, range.end - range.start])).toEqual([
      ['application_data', 6],
      ['type', 1],
      ['zeros', 249],
    ]);
  });

  test('a second handshake inside a connection of TLS 1.2', async () => {
    const dissection = expectComplete(await recordClient(['-tls1_2'], ['before\n', 'R\n', 'after\n']));
    expect(labels(dissection, 'client').filter((label) => label === 'Finished')).toHaveLength(2);
    expect(proofs(dissection)).toEqual([true, true, true, true]);
    expect(text(dissection)).toBe('before\n|echo before\n|after\n|echo after\n');
  });
});
