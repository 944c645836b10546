import type { AddressInfo, ListenOptions, Server } from 'node:net';

/**
 * Starts listening. From then on a failed accept (`EMFILE`) concerns that connection only.
 *
 * @returns the port; rejects with Node's own error, such as `EADDRINUSE`, when it cannot
 */
export function listening(server: Server, at: Pick<ListenOptions, 'host' | 'port' | 'exclusive'>): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(at, () => {
      server.off('error', reject);
      server.on('error', () => undefined);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
