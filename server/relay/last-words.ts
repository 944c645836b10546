/**
 * A peer that lives in the tap's own process, and its last words. A socket that is closed over unread bytes sends a
 * reset; a program that writes into a reset before it has read gives up what it had not read yet. Another process leaves
 * microseconds for that, a peer in the same turn of the event loop all of it: an alert would be gone from the wire.
 */
import type { Socket } from 'node:net';

/**
 * From here on the socket is destroyed two turns late, with a turn between in which its peer reads; at once where its
 * owner leaves without a word, as in those turns TLS would still send what it had ready.
 */
export function leaveTimeForLastWords(socket: Socket, leavesWithoutAWord: () => boolean = () => false): void {
  const destroy = socket.destroy.bind(socket);
  let isLeaving = false;
  socket.destroy = (error) => {
    if (leavesWithoutAWord()) return destroy(error);
    if (!isLeaving) setImmediate(() => setImmediate(() => destroy(error)));
    isLeaving = true;
    return socket;
  };
}
