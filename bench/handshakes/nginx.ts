/** nginx as a server that asks for certificates, in a folder of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import { freePort } from '../../tests/free-port.ts';

export class Nginx {
  /** What a client has to say before nginx says anything. */
  readonly greeting = 'GET / HTTP/1.0\r\n\r\n';
  readonly #process: ChildProcess;
  readonly #folder: string;
  readonly port: number;

  /** @param certs the folder with `ca.crt`, `server.crt` and `server.key` */
  static async start(certs: string): Promise<Nginx> {
    const folder = mkdtempSync(join(tmpdir(), 'trustwalk-nginx-'));
    const port = await freePort();
    const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
    writeFileSync(
      join(folder, 'nginx.conf'),
      `daemon off;
       pid ${folder}/pid;
       error_log stderr crit;
       worker_processes 1;
       events {}
       http {
         access_log off;
         ${places.map((place) => `${place}_temp_path ${folder}/${place};`).join('\n')}
         server {
           listen 127.0.0.1:${port} ssl;
           ssl_certificate ${certs}/server.crt;
           ssl_certificate_key ${certs}/server.key;
           ssl_client_certificate ${certs}/ca.crt;
           ssl_verify_client on;
           ssl_protocols TLSv1.2 TLSv1.3;
           location / { return 200 'welcome'; }
         }
       }`,
    );
    const child = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: 'ignore' });
    await listening(port);
    return new Nginx(child, folder, port);
  }

  private constructor(child: ChildProcess, folder: string, port: number) {
    this.#process = child;
    this.#folder = folder;
    this.port = port;
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  async stop(): Promise<void> {
    this.#process.kill();
    await once(this.#process, 'exit');
    rmSync(this.#folder, { recursive: true });
  }
}

/** It does not say when it listens. */
async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const socket = connect(port, '127.0.0.1');
    const isThere = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'close').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (isThere) return;
    await later(50);
  }
  throw new Error(`nginx does not listen on port ${port}`);
}
