/** What a desk of a lab said, in a line. */
import type { Message } from '$core/labs/desk-line.ts';

/** `ok`, or `forbidden: Only a clerk may ask for all-orders.` */
export function answerText({ type, code, message }: Message): string {
  return type === 'ok' ? 'ok' : `${String(code)}: ${String(message)}`;
}

/** Bytes as text, where they are text: others are a middle dot. */
export function mostlyText(bytes: Uint8Array): string {
  return [...bytes].map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·')).join('');
}
