/** The page's side of the bench: what the workbench does on a click, with the same functions in the same kind of Worker. */
import { functionsOf, WorkerCalls } from '$site/state/worker/calls.ts';
import type { Pki } from '$core/world/ports.ts';
import IssueWorker from './pki.worker.ts?worker&inline';

const pki = functionsOf<Pki>(new WorkerCalls(() => new IssueWorker(), 'The worker of the bench stopped'));

const made = <Value>(result: { ok: true; value: Value } | { ok: false; error: { why: string } }): Value => {
  if (!result.ok) throw new Error(result.error.why);
  return result.value;
};

/** From the click to three certificates on screen: CA, server, client, each with its RSA-2048 key. In milliseconds. */
async function issue(): Promise<{ ms: number; pems: string[] }> {
  document.body.replaceChildren();
  const startedAt = performance.now();
  const keys = await Promise.all([pki.generateKey(), pki.generateKey(), pki.generateKey()]);
  const [ca, ...leaves] = keys.map(({ privateKey }) => privateKey);
  const now = Date.now();
  const root = made(await pki.createAuthority({ privateKey: ca ?? '', subject: 'CN=Root', now }));
  const issuer = { certificate: root, privateKey: ca ?? '' };
  const certificates = await Promise.all(
    leaves.map(async (privateKey, at) => {
      const request = made(await pki.createRequest({ privateKey, subject: `CN=leaf ${at}`, names: ['localhost'] }));
      return made(await pki.issueCertificate({ request, issuer, for: at === 0 ? 'server' : 'client', now }));
    }),
  );
  const pems = [root, ...certificates];
  for (const pem of pems) await show(made(await pki.readCertificate(pem)));
  await painted();
  return { ms: performance.now() - startedAt, pems };
}

/** From a list's text to its entries on screen. In milliseconds. */
async function openList(pem: string): Promise<{ ms: number; entries: number }> {
  document.body.replaceChildren();
  const startedAt = performance.now();
  const { revoked, ...facts } = made(await pki.readCrl(pem));
  await show({
    ...facts,
    first: revoked
      .slice(0, 100)
      .map(({ serial, at }) => `${serial} ${at}`)
      .join('\n'),
  });
  await painted();
  return { ms: performance.now() - startedAt, entries: revoked.length };
}

function show(facts: object): void {
  const list = document.createElement('pre');
  list.textContent = Object.entries(facts)
    .map(([name, value]) => `${name}: ${String(value)}`)
    .join('\n');
  document.body.append(list);
}

const painted = (): Promise<void> =>
  new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())));

Object.assign(globalThis, { issue, openList });
