import type { Bar } from '$core/bridge/strip.ts';
import { counted, inDigits } from '$core/bytes/counted.ts';
import type { Side } from '$core/tls/dissection.ts';

/** How much of the line a record takes: its square root, so that a hello stays visible beside a certificate. */
export function barWeight({ bytes }: Bar): number {
  return Math.sqrt(bytes) + 2;
}

/** `close_notify` (0) and `user_canceled` (90) end a connection in good order; every other alert refuses (RFC 8446 §6). */
export function isRefusal(code: number | null): boolean {
  return code !== null && code !== 0 && code !== 90;
}

/**
 * What a strip shows, in words: records per side, alerts, and a silent end.
 *
 * @param leftOut records of a long connection that have no bar
 */
export function stripLabel(bars: readonly Bar[], silentEnd: Side | null, leftOut = 0): string {
  if (bars.length === 0) return 'No records';
  const from = (side: Side) => bars.filter((bar) => bar.from === side).length;
  const alerts = bars
    .filter((bar) => isRefusal(bar.alert))
    .map((bar) => `The ${bar.from} sent alert ${String(bar.alert)}.`);
  const count = counted(bars.length, 'record');
  const end = silentEnd === null ? [] : [`The ${silentEnd} closed without an alert.`];
  return [
    `${count}: ${String(from('client'))} from the client, ${String(from('server'))} from the server.`,
    ...alerts,
    ...end,
    ...(leftOut === 0 ? [] : [`${inDigits(leftOut)} more are left out.`]),
  ].join(' ');
}
