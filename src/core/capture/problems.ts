/** What is told of a capture's packets: each kind once, with how many there are. */
import { counted } from '../bytes/counted.ts';
import type { CaptureProblem } from './capture.ts';
import { CAPTURE_LIMITS } from './limits.ts';

const packets = (count: number): string => counted(count, 'packet');

const WORDS = {
  link: (count) => `${packets(count)} came over a link layer that is not read here.`,
  fragment: (count) => `${packets(count)} with fragments of IP packets: fragments are not put together.`,
  cut: (count) => `${packets(count)} cut inside an IP or TCP header.`,
  partial: (count) => `${packets(count)} not captured whole; what is missing cannot be shown.`,
  segments: (count) => `Data of ${packets(count)} is left out: no more than ${CAPTURE_LIMITS.segments} are read.`,
  connections: (count) =>
    `${packets(count)} of further connections left out: no more than ${CAPTURE_LIMITS.connections} are read.`,
  notTls: (count) => `${counted(count, 'TCP connection')} without TLS left out.`,
} satisfies Record<string, (count: number) => string>;

export type ProblemKind = keyof typeof WORDS;

export class Problems {
  readonly #counted = new Map<ProblemKind, { count: number; packet: number }>();
  readonly #told: CaptureProblem[] = [];

  /** @param packet the one that shows it */
  count(kind: ProblemKind, packet: number): void {
    const known = this.#counted.get(kind);
    if (known) known.count += 1;
    else this.#counted.set(kind, { count: 1, packet });
  }

  tell(text: string, packet: number | null): void {
    this.#told.push({ packet, text });
  }

  list(): CaptureProblem[] {
    const counted = [...this.#counted].map(([kind, { count, packet }]) => ({
      packet,
      text: WORDS[kind](count),
    }));
    return [...this.#told, ...counted];
  }
}
