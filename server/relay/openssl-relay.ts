/**
 * The relay's second engine: `openssl s_server`, one child process for each connection. It checks a certificate inside
 * the handshake and sends the alert that Node keeps to itself. Bytes are passed on to it unchanged, so that every
 * connection has a process, an output and a key log of its own.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { USUAL_SETTINGS } from '../../src/core/bridge/settings.ts';
import { fingerprintOf, impossibleFor, inOpenssl, prepare } from './material.ts';
import { OpensslConnection } from './openssl-connection.ts';
import { OpensslProcess } from './openssl-process.ts';
import type { LoadResult, Relay, RelayEnd, RelayIdentity, RelayListener, RelayMaterial } from './relay.ts';

export interface OpensslRelayOptions {
  /** path of the program */
  readonly openssl: string;
  readonly identity: Pick<RelayIdentity, 'privateKey'>;
}

/** Only the owner of this process may look into the folder: it holds the server's key while the relay is open. */
const PRIVATE = 0o600;

/** Starts a relay without a certificate: until `load` succeeds every connection is closed. */
export async function openOpensslRelay({ openssl, identity }: OpensslRelayOptions): Promise<Relay> {
  const folder = await mkdtemp(join(tmpdir(), 'trustwalk-relay-'));
  const connections = new Set<OpensslConnection>();
  let closing: Promise<void> | null = null;
  let loads = 0;
  let loaded: { readonly what: string; readonly args: Promise<string[]>; readonly tickets: boolean } | null = null;
  /** those that stay for the tickets they have given out */
  let processes: OpensslProcess[] = [];

  return {
    accept,
    load,
    disconnect: (sha256) => {
      for (const connection of connections) if (connection.sha256 === sha256) connection.destroy();
    },
    close: () =>
      (closing ??= (async () => {
        for (const connection of connections) connection.destroy();
        for (const process of processes) process.kill();
        await loaded?.args.catch(() => undefined); // they may still be being written
        await rm(folder, { recursive: true, force: true });
      })()),
  };

  function accept(end: RelayEnd, listener: RelayListener): void {
    end.on('error', () => end.destroy());
    const connection = new OpensslConnection(end, listener);
    connections.add(connection);
    end.on('close', () => connections.delete(connection));
    void connection.start(process);
  }

  /** One that waits with its tickets, or a new one. */
  async function process(): Promise<OpensslProcess> {
    if (loaded === null) throw new Error('no certificate is loaded');
    await Promise.all(processes.map(({ ending }) => ending));
    processes = processes.filter(({ isOver }) => !isOver);
    const idle = processes.find(({ isBusy, stays }) => stays && !isBusy);
    if (idle) {
      idle.isBusy = true;
      return idle;
    }
    const { args, tickets } = loaded;
    const started = await OpensslProcess.started({ openssl, folder, args: await args, tickets });
    started.isBusy = true;
    if (closing) started.kill(); // it began while the relay was being closed
    if (tickets) processes.push(started);
    return started;
  }

  /** Judged by the same rules as for Node's engine, so that both refuse the same material in the same words. */
  function load(material: RelayMaterial): LoadResult {
    const { certificate, trust, crls, settings = USUAL_SETTINGS } = material;
    const { suites, groups } = settings;
    const side = {
      certificate,
      privateKey: (material.privateKey ?? identity.privateKey).reveal(),
      trust,
      crls,
      suites,
      groups,
    };
    const prepared = prepare(side, 'the desk', { minVersion: 'TLSv1.2' });
    if (prepared.kind === 'refused') return prepared;
    const impossible = prepared.leaf && impossibleFor(prepared.leaf, suites);
    if (impossible) return impossible;
    const what = JSON.stringify([certificate, trust, crls, settings]);
    if (loaded?.what !== what) {
      for (const old of processes.splice(0)) old.retire(); // their tickets end with them
      const args = prepared.leaf === null ? null : written(join(folder, String(++loads)), material);
      args?.catch(() => undefined); // told by the connection that needs them
      loaded = args && { what, args, tickets: settings.tickets };
    }
    return { kind: 'loaded', certificate: prepared.leaf && fingerprintOf(prepared.leaf), trust: prepared.trust };
  }

  /** @returns the options that name the files, and what was chosen */
  async function written(place: string, material: RelayMaterial): Promise<string[]> {
    const { certificate, trust, crls, privateKey = identity.privateKey, settings = USUAL_SETTINGS } = material;
    await mkdir(place, { mode: 0o700 });
    const file = async (name: string, text: string) => {
      await writeFile(join(place, name), text, { mode: PRIVATE });
      return join(place, name);
    };
    const own = ['-key', await file('key.pem', privateKey.reveal()), '-cert', await file('crt.pem', certificate ?? '')];
    const chain = ['-cert_chain', await file('chain.pem', certificate ?? '')];
    const anchors = trust.length > 0 ? ['-CAfile', await file('ca.pem', trust.join('\n'))] : ['-no-CAfile'];
    const lists = crls.length > 0 ? ['-CRL', await file('crl.pem', crls.join('\n')), '-crl_check_all'] : [];
    const { tls13, tls12, groups } = inOpenssl(settings);
    const spoken = ['-ciphersuites', tls13, '-cipher', tls12, ...(groups === null ? [] : ['-groups', groups])];
    return [...own, ...chain, ...anchors, '-no-CApath', '-no-CAstore', ...lists, ...spoken];
  }
}
