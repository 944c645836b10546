/** The certificates of a run, each once: what was sent, and what each side trusted. */
import { toHex } from '../bytes/hex.ts';
import { fromPem, toPem } from '../bytes/pem.ts';
import { toUtf8 } from '../bytes/utf8.ts';
import { dissectionOf } from '../world/outcome.ts';
import type { Proof, ProofFile } from './proof.ts';
import { readX509, type X509 } from './x509.ts';

export interface ProofCertificate {
  /** `server-1`: its file is `certificates/server-1.pem` */
  readonly name: string;
  readonly x509: X509;
}

export interface ProofCertificates {
  /** in the order of their first use */
  readonly all: readonly ProofCertificate[];
  /** what was sent, the sender's own first; names of {@link all} */
  readonly sent: { readonly client: readonly string[]; readonly server: readonly string[] };
  readonly trusted: { readonly client: readonly string[]; readonly server: readonly string[] };
}

export function certificatesOf({ run, loaded }: Proof): ProofCertificates {
  const known = new Map<string, ProofCertificate>();
  const take = (ders: readonly Uint8Array[], prefix: string): string[] =>
    ders.flatMap((der, index) => {
      const fingerprint = toHex(der);
      const before = known.get(fingerprint);
      if (before) return [before.name];
      const x509 = readX509(der);
      if (!x509) return [];
      known.set(fingerprint, { name: `${prefix}-${index + 1}`, x509 });
      return [`${prefix}-${index + 1}`];
    });
  const { server, client } = dissectionOf(run).certificates;
  const sent = {
    server: take(
      server.map(({ der }) => der),
      'server',
    ),
    client: take(
      client.map(({ der }) => der),
      'client',
    ),
  };
  const trusted = {
    client: take(dersOf(loaded?.client ?? []), 'trusted-by-client'),
    server: take(dersOf(loaded?.server ?? []), 'trusted-by-server'),
  };
  return { all: [...known.values()], sent, trusted };
}

function dersOf(pems: readonly string[]): Uint8Array[] {
  return pems.flatMap((pem) => {
    const blocks = fromPem(pem);
    return blocks.ok ? blocks.value.map(({ der }) => der) : [];
  });
}

/** `certificates/….pem`, one certificate a file. */
export function certificateFiles({ all }: ProofCertificates): ProofFile[] {
  return all.map(({ name, x509 }) => ({
    path: `certificates/${name}.pem`,
    bytes: toUtf8(toPem('CERTIFICATE', x509.der)),
  }));
}
