/** The client's end of a run: which program plays it, and what that needs. */
import type { ClientReport, Dial } from '../../src/core/bridge/messages.ts';
import { Secret } from '../../src/core/bytes/secret.ts';
import type { KeptSession } from '../relay/kept-session.ts';
import type { MaterialRefused } from '../relay/material.ts';
import { prepareNodeClient, type NodeClient } from '../relay/node-client.ts';
import type { TapEnd } from '../tap/tap-run.ts';
import type { Loopback } from './loopback.ts';
import { PageClient } from './page-client.ts';

/** The page that has dialled a run, as a thing to be recognised by. */
export type Page = object;

export type ClientEnd =
  | { readonly program: 'node'; readonly client: NodeClient }
  | { readonly program: 'page'; readonly client: PageClient; readonly page: Page };

export interface ReadyEnd {
  readonly kind: 'ready';
  open(): Promise<OpenEnd>;
}

/** A client that has not begun. */
export interface OpenEnd {
  /** what the tap gets of it */
  readonly atTap: TapEnd;
  start(report: (report: ClientReport) => void): ClientEnd;
}

export interface EndNeeds {
  readonly page: Page;
  readonly loopback: Loopback;
  /** bytes of a page's client that may wait for the tap */
  readonly bufferedBytes: number;
  /** what Node's client goes on from, and who takes what it can go on from later */
  readonly resumed: KeptSession | null;
  readonly onSession: ((kept: KeptSession) => void) | null;
  /** Unix time in ms */
  readonly now: () => number;
}

/** Checks what the client needs before anything is dialled; never throws. */
export function prepareEnd(dial: Dial, needs: EndNeeds): ReadyEnd | MaterialRefused {
  const { page, loopback, bufferedBytes, resumed, onSession, now } = needs;
  if (dial.client === 'page') {
    const client = new PageClient(bufferedBytes);
    const opened: OpenEnd = { atTap: client, start: () => ({ program: 'page', page, client }) };
    return { kind: 'ready', open: () => Promise.resolve(opened) };
  }
  const { version, serverName, trust, certificate, lentKey, suites, groups } = dial;
  const privateKey = lentKey === null ? null : new Secret(lentKey);
  const resuming = { resumed, now, ...(onSession && { onSession }) };
  const ready = prepareNodeClient({ version, serverName, trust, certificate, privateKey, suites, groups, ...resuming });
  if (ready.kind === 'refused') return ready;
  return {
    kind: 'ready',
    async open() {
      const { near, far } = await loopback.pair();
      near.allowHalfOpen = false; // as Node's client has it
      return { atTap: far, start: (report) => ({ program: 'node', client: ready.start(near, report) }) };
    },
  };
}
