/** The desk's first visitor is the server itself: one real connection with the client identity of `certs/`. */
import { connect } from 'node:net';
import type { Secret } from '../../src/core/bytes/secret.ts';
import { prepareNodeClient } from '../relay/node-client.ts';

export interface SelfCheckOptions {
  readonly host: string;
  readonly port: number;
  readonly certificate: string;
  readonly privateKey: Secret;
  /** PEM of the authority that the desk's certificate must come from */
  readonly trust: readonly string[];
  readonly deadlineMs?: number;
}

export type SelfCheckResult =
  { readonly kind: 'greeted'; readonly line: string } | { readonly kind: 'failed'; readonly text: string };

const DEADLINE_MS = 5_000;

/** Connects, waits for the desk's greeting and hangs up. Never rejects. */
export function selfCheck(options: SelfCheckOptions): Promise<SelfCheckResult> {
  const { host, port, certificate, privateKey, trust, deadlineMs = DEADLINE_MS } = options;
  const ready = prepareNodeClient({ version: '1.3', serverName: 'localhost', trust, certificate, privateKey });
  if (ready.kind === 'refused') return Promise.resolve({ kind: 'failed', text: ready.text });
  return new Promise((resolve) => {
    const socket = connect({ host, port, noDelay: true });
    let isLate = false;
    const deadline = setTimeout(() => {
      isLate = true;
      client.destroy();
    }, deadlineMs);
    const done = (result: SelfCheckResult) => {
      clearTimeout(deadline);
      resolve(result);
    };
    const client = ready.start(socket, (report) => {
      switch (report.kind) {
        case 'key-log':
        case 'trusts':
        case 'kept-ticket':
          return;
        case 'line':
          client.hangUp();
          return done({ kind: 'greeted', line: report.line });
        case 'refuses':
        case 'told':
        case 'fault':
        case 'ended':
          return done({ kind: 'failed', text: isLate ? 'It did not answer in time.' : report.text });
      }
    });
  });
}
