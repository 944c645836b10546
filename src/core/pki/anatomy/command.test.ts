import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Openssl } from '../../../../tests/openssl.ts';
import { hasProgram } from '../../../../tests/programs.ts';
import { anatomyOf, type Kind } from './anatomy.ts';
import { textCommand } from './command.ts';

/** How each file is made. */
const MADE: readonly (readonly [file: string, kind: Kind, command: string])[] = [
  ['key.pem', 'private key (PKCS#8)', 'genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem'],
  ['sec1.pem', 'private key (SEC 1)', 'ec -in key.pem -out sec1.pem'],
  ['rsa.pem', 'private key (PKCS#1)', 'genrsa -traditional -out rsa.pem 2048'],
  ['pub.pem', 'public key', 'pkey -in key.pem -pubout -out pub.pem'],
  ['pub1.pem', 'public key (PKCS#1)', 'rsa -in rsa.pem -RSAPublicKey_out -out pub1.pem'],
  ['req.pem', 'request', 'req -new -key key.pem -subj /CN=alice -out req.pem'],
  ['crt.pem', 'certificate', 'req -x509 -key key.pem -subj /CN=alice -days 1 -out crt.pem'],
  ['crt.der', 'certificate', 'x509 -in crt.pem -outform DER -out crt.der'],
  ['params.pem', 'curve parameters', 'ecparam -name prime256v1 -out params.pem'],
  ['any.der', 'other DER', 'asn1parse -genstr UTF8:tea -noout -out any.der'],
];

describe.skipIf(!hasProgram('openssl'))('the command beside a file', () => {
  const openssl = new Openssl();
  beforeAll(() => {
    for (const [, , command] of MADE) openssl.must(command);
  });
  afterAll(() => openssl.close());

  test.each(MADE)('%s, a %s, is printed by openssl', (file, kind) => {
    const read = anatomyOf(readFileSync(join(openssl.folder, file)));
    if (!read.ok) throw new Error(read.error.why);
    expect(read.value.map((one) => one.kind)).toContain(kind);
    const command = textCommand(kind, file, file.endsWith('.pem'));
    expect(openssl.must(command.replace(/^openssl /, '')).trim()).not.toBe('');
  });
});
