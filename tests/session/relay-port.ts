/** A port in front of a relay without a tap, for programs that dial. */
import { createServer, type AddressInfo } from 'node:net';
import type { Relay, RelayListener } from '../../server/relay/relay.ts';

/** Opens it. @param listen is called for each connection */
export async function relayPort(relay: Relay, listen: () => RelayListener) {
  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (socket) =>
    relay.accept(socket, listen()),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, close: () => void server.close() };
}
