import { anatomy } from './anatomy.ts';
import type { Bench } from './bench.ts';
import { bridge } from './bridge.ts';
import { desk } from './desk.ts';
import { dissect } from './dissect.ts';
import { handshakes } from './handshakes.ts';
import { hex } from './hex.ts';
import { issue } from './issue.ts';
import { redissect } from './redissect.ts';
import { stage } from './stage.ts';

/** All benches by the name that `npm run bench -- NAME` takes. */
export const BENCHES: Readonly<Record<string, Bench>> = {
  anatomy,
  bridge,
  desk,
  dissect,
  handshakes,
  hex,
  issue,
  redissect,
  stage,
};
