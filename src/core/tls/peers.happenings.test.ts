/** What else happens on a connection of Node with Node. */
import { describe, expect, test } from 'vitest';
import {
  expectComplete,
  hasOpenssl,
  identity,
  labels,
  preparePeers,
  proofs,
  record,
  view,
} from '../../../tests/recorded-peers.ts';
import { dissect } from './dissect.ts';
import { barsOf } from './strip.ts';

preparePeers();

describe.skipIf(!hasOpenssl)('what else happens on a connection', () => {
  test('HelloRetryRequest: both hellos count', async () => {
    const dissection = expectComplete(
      await record({ ...identity('ec'), ecdhCurve: 'secp384r1' }, { ...identity('ec'), ecdhCurve: 'X25519:secp384r1' }),
    );
    expect(labels(dissection, 'server').slice(0, 2)).toEqual(['HelloRetryRequest', 'ChangeCipherSpec']);
    expect(dissection.group).toBe('secp384r1');
    expect(proofs(dissection)).toEqual([true, true, true, true]);
  });

  test.each(['TLSv1.3', 'TLSv1.2'] as const)('a resumed session of %s has no certificates', async (maxVersion) => {
    const secret = { ticketKeys: Buffer.alloc(48, 7) };
    const first = await record({ ...identity('ec'), ...secret }, { ...identity('ec'), maxVersion });
    if (!first.session) throw new Error('The server gave no ticket.');
    const second = await record(
      { ...identity('ec'), ...secret },
      { ...identity('ec'), maxVersion, session: first.session },
    );
    const dissection = expectComplete(second);
    expect(dissection.resumed).toBe(true);
    expect(dissection.certificates).toEqual({ client: [], server: [] });
    expect(proofs(dissection)).toEqual([null, null, true, true]);
  });

  test('the protocol agreed on with ALPN', async () => {
    const dissection = expectComplete(
      await record(
        { ...identity('ec'), ALPNProtocols: ['desk/1'] },
        { ...identity('ec'), ALPNProtocols: ['desk/1'], maxVersion: 'TLSv1.3' },
      ),
    );
    expect(dissection.alpn).toBe('desk/1');
  });

  test('without a client certificate the server says 116, and its own log cannot open what the client said', async () => {
    const recording = await record(identity('ec'), { minVersion: 'TLSv1.3' });
    expect(view(recording).alerts).toMatchObject([
      { from: 'server', code: 116, name: 'certificate_required', encrypted: true },
    ]);
    expect(barsOf(view(recording)).at(-1)).toMatchObject({ label: 'Alert: certificate_required (116)', alert: 116 });
    const served = dissect(recording.chunks, recording.keyLog.server);
    expect(served.records.filter(({ sealed }) => sealed).map(({ sealed }) => sealed)).toEqual([
      "No CLIENT_TRAFFIC_SECRET_0 in this view's key log.",
    ]);
  });
});
