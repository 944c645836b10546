/** Programs that nobody here wrote, at the desk of a real process, with the files of its certs/. */
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SecureVersion } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { revokeIn } from '../../server/desk/revoke.ts';
import { Openssl } from '../openssl.ts';
import type { Product } from '../product.ts';
import { hasProgram } from '../programs.ts';
import { Place, dialDesk, runToEnd } from './started.ts';

const VERSIONS: [string, SecureVersion][] = [
  ['-tls1_3', 'TLSv1.3'],
  ['-tls1_2', 'TLSv1.2'],
];

/** Certificates that must stay out, and one that the three lines of the README make, which must get in. */
const NAMES = [
  ...(['three-lines', 'self-signed', 'same-name-ca', 'expired', 'future', 'for-servers', 'signed-by-client'] as const),
  ...(['unknown-critical', 'revoked'] as const),
] as const;
type Name = (typeof NAMES)[number];
const STRANGERS = NAMES.filter((name) => name !== 'three-lines');

describe.skipIf(!hasProgram('openssl'))('outside programs at the desk', () => {
  let place: Place;
  let product: Product;
  let openssl: Openssl;

  beforeAll(async () => {
    place = new Place();
    openssl = new Openssl();
    product = await place.start();
    makeCertificates(openssl, place);
    const serial = openssl.must('x509 -in revoked.crt -noout -serial').trim().replace('serial=', '');
    await revokeIn(join(place.folder, 'certs'), serial, Date.now());
    await vi.waitUntil(() => product.output().includes('revocation list number 2 is in force'), { timeout: 10_000 });
  });
  afterAll(async () => {
    await place.close();
    openssl.close();
  });

  const files = (name: Name | 'own') =>
    name === 'own'
      ? { cert: place.path('client.crt'), key: place.path('client.key') }
      : { cert: join(openssl.folder, `${name}.crt`), key: join(openssl.folder, `${name}.key`) };

  /** Everything that `openssl s_client` printed until it was greeted or shut out. */
  async function sClient(name: Name | 'own', version: string): Promise<string> {
    const { cert, key } = files(name);
    const where = ['s_client', '-connect', `127.0.0.1:${product.deskPort}`, version, '-quiet'];
    const strict = ['-CAfile', place.path('ca.crt'), '-verify_return_error', '-verify_ip', '127.0.0.1'];
    const child = spawn('openssl', [...where, '-cert', cert, '-key', key, ...strict], { stdio: 'pipe' });
    let out = '';
    child.stdout.on('data', (data: Buffer) => {
      out += data.toString();
      if (out.includes('\n')) child.kill(); // greeted; with -quiet it would stay
    });
    await once(child, 'close');
    return out;
  }

  describe.each(VERSIONS)('%s', (flag, version) => {
    test.each(['own', 'three-lines'] as const)('openssl s_client with %s is greeted', async (name) => {
      const greeting = JSON.parse(await sClient(name, flag)) as Record<string, unknown>;
      expect(greeting).toMatchObject({ type: 'hello', service: 'order-desk', version: 1 });
      const { cert } = files(name);
      const serial = openssl.must(`x509 -in ${cert} -noout -serial`).trim().replace('serial=', '').toLowerCase();
      expect(greeting['serial']).toBe(serial);
      const subject = openssl.must(`x509 -in ${cert} -noout -subject -nameopt RFC2253`).trim();
      expect(`subject=${String(greeting['subject'])}`).toBe(subject);
    });

    test.each(STRANGERS)('openssl s_client with %s gets no byte', async (name) => {
      expect(await sClient(name, flag)).toBe('');
    });

    test.each(STRANGERS)('Node with %s gets no byte', async (name) => {
      const { cert, key } = { cert: openssl.read(`${name}.crt`), key: openssl.read(`${name}.key`) };
      const socket = dialDesk(place, product.deskPort, { cert, key }, version);
      let heard = 0;
      socket.on('error', () => socket.destroy()).on('data', (data: Buffer) => (heard += data.length));
      await new Promise((resolve) => socket.once('close', resolve));
      expect(heard).toBe(0);
    });

    describe.skipIf(!hasProgram('python3'))('python3', () => {
      const SCRIPT = `
import socket, ssl, sys
port, cert, key, ca, version = sys.argv[1:]
context = ssl.create_default_context(cafile=ca)
context.minimum_version = context.maximum_version = getattr(ssl.TLSVersion, version.replace('.', '_'))
context.load_cert_chain(cert, key)
with socket.create_connection(('127.0.0.1', int(port))) as tcp:
    with context.wrap_socket(tcp, server_hostname='localhost') as tls:
        print(tls.makefile().readline(), end='')
`;
      const python = (name: Name | 'own') => {
        const { cert, key } = files(name);
        const args = [String(product.deskPort), cert, key, place.path('ca.crt'), version];
        return runToEnd('python3', ['-c', SCRIPT, ...args]);
      };

      test.each(['own', 'three-lines'] as const)('with %s is greeted', async (name) => {
        expect(JSON.parse((await python(name)).out)).toMatchObject({ type: 'hello', service: 'order-desk' });
      });

      test.each(STRANGERS)('with %s gets no byte', async (name) => {
        expect((await python(name)).out).toBe('');
      });
    });
  });

  test('the certificates verify for their purposes and names, by the strict rules', () => {
    const ca = `-x509_strict -CAfile ${place.path('ca.crt')}`;
    for (const name of ['-verify_hostname localhost', '-verify_ip 127.0.0.1', '-verify_ip ::1'])
      openssl.must(`verify ${ca} -purpose sslserver ${name} ${place.path('server.crt')}`);
    openssl.must(`verify ${ca} -purpose sslclient ${place.path('client.crt')}`);
    openssl.must(`verify ${ca} -CRLfile ${place.path('crl.pem')} -crl_check ${place.path('client.crt')}`);
    expect(openssl.run(`verify ${ca} -purpose sslserver ${place.path('client.crt')}`).ok).toBe(false);
    const server = openssl.must(`x509 -in ${place.path('server.crt')} -noout -text`);
    expect(server).toContain('Signature Algorithm: sha256WithRSAEncryption');
    expect(server).toContain('Public-Key: (2048 bit)');
    expect(server).toContain('Subject Key Identifier');
    expect(server).toContain('Authority Key Identifier');
    openssl.must(`req -in ${place.path('server.csr')} -noout -verify`);
  });
});

function makeCertificates(openssl: Openssl, place: Place): void {
  const sign = `x509 -req -CA ${place.path('ca.crt')} -CAkey ${place.path('ca.key')} -CAcreateserial -sha256`;
  for (const name of NAMES) {
    openssl.must(`genrsa -out ${name}.key 2048`);
    openssl.must(`req -new -key ${name}.key -subj /CN=alice -out ${name}.csr`);
  }
  openssl.must(`${sign} -days 365 -in three-lines.csr -out three-lines.crt`);
  openssl.must('x509 -req -days 2 -in self-signed.csr -signkey self-signed.key -out self-signed.crt');

  const subject = openssl
    .must(`x509 -in ${place.path('ca.crt')} -noout -subject -nameopt RFC2253`)
    .trim()
    .replace('subject=', '');
  const slashed = '/' + subject.split(',').reverse().join('/');
  openssl.must(`req -x509 -newkey rsa:2048 -nodes -keyout other.key -out other.crt -days 2 -subj {${slashed}}`);
  const same = openssl.must('x509 -in other.crt -noout -subject -nameopt RFC2253').trim();
  if (same !== `subject=${subject}`) throw new Error(`the impostor is called ${same}, not ${subject}`);
  openssl.must(
    'x509 -req -CA other.crt -CAkey other.key -CAcreateserial -days 2 -in same-name-ca.csr -out same-name-ca.crt',
  );

  // `x509 -req` of openssl 3.0 cannot date back; `ca` can.
  const config =
    '[ca]\ndefault_ca=d\n[d]\ndatabase=index\nserial=no\npolicy=p\nnew_certs_dir=.\n[p]\ncommonName=supplied\n';
  writeFileSync(join(openssl.folder, 'ca.cnf'), config);
  writeFileSync(join(openssl.folder, 'index'), '');
  const dated = (name: string, from: string, to: string) =>
    openssl.must(
      `ca -batch -config ca.cnf -notext -md sha256 -rand_serial -cert ${place.path('ca.crt')} ` +
        `-keyfile ${place.path('ca.key')} -startdate ${from}0101000000Z -enddate ${to}0101000000Z -in ${name}.csr -out ${name}.crt`,
    );
  dated('expired', '2020', '2021');
  openssl.write('index.attr', 'unique_subject = no\n');
  dated('future', '2090', '2091');
  openssl.must(`${sign} -days 2 -in revoked.csr -out revoked.crt`);
  openssl.write('critical.ext', '1.2.3.4.5=critical,ASN1:NULL\n');
  openssl.must(`${sign} -days 2 -extfile critical.ext -in unknown-critical.csr -out unknown-critical.crt`);
  openssl.write('servers.ext', 'extendedKeyUsage=serverAuth\n');
  openssl.must(`${sign} -days 2 -extfile servers.ext -in for-servers.csr -out for-servers.crt`);
  openssl.must(
    `x509 -req -CA ${place.path('client.crt')} -CAkey ${place.path('client.key')} -set_serial 7 -days 2 ` +
      '-in signed-by-client.csr -out signed-by-client.crt',
  );
}
