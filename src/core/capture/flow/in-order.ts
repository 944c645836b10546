/**
 * The pieces of both streams in the order in which they passed. A capture may hold packets in another order, but a
 * segment says how much its sender had heard before: it cannot have passed earlier than that.
 */
import type { Side } from '../../tls/dissection.ts';
import type { Piece } from './stream.ts';

export interface Half {
  readonly pieces: readonly Piece[];
  /** sequence number of the stream's first byte, modulo 2^32 */
  readonly startsAt: number;
  /** bytes of the stream before the first piece */
  readonly before: number;
}

const WRAP = 2 ** 32;

/** Both halves merged; where their acknowledgements leave it open, as the packets stand in the capture. */
export function inOrder(halves: { readonly [S in Side]: Half }): { readonly from: Side; readonly piece: Piece }[] {
  const next = { client: 0, server: 0 };
  const passed = { client: halves.client.before, server: halves.server.before };
  const merged: { from: Side; piece: Piece }[] = [];
  for (;;) {
    const client = halves.client.pieces[next.client];
    const server = halves.server.pieces[next.server];
    if (!client && !server) return merged;
    const from = !server || (client && isClientNext(client, server)) ? 'client' : 'server';
    const piece = halves[from].pieces[next[from]++];
    if (!piece) return merged;
    passed[from] += piece.bytes.length;
    merged.push({ from, piece });
  }

  function isClientNext(client: Piece, server: Piece): boolean {
    const isFree = {
      client: heard(client, 'server') <= passed.server,
      server: heard(server, 'client') <= passed.client,
    };
    return isFree.client === isFree.server ? client.readable <= server.readable : isFree.client;
  }

  /** Bytes of the other stream that had come when this piece was sent; 0 where it acknowledges older ones. */
  function heard({ acknowledged }: Piece, other: Side): number {
    if (acknowledged === null) return 0;
    const count = (acknowledged - halves[other].startsAt + 2 * WRAP) % WRAP;
    return count < WRAP / 2 ? count : 0;
  }
}
