/** Who signed whom among the certificates of a run, in an order in which they can be made anew. */
import { isSignedBy } from './x509.ts';
import type { ProofCertificate } from './certificates.ts';

export interface Descent {
  readonly certificate: ProofCertificate;
  /** `self`; another certificate; or an authority that was never seen, only named */
  readonly signer:
    | { readonly kind: 'self' }
    | { readonly kind: 'known'; readonly name: string }
    | { readonly kind: 'stranger'; readonly name: string };
}

/** Signers before what they have signed. Two certificates of one unseen authority share it. */
export function lineageOf(all: readonly ProofCertificate[]): Descent[] {
  const strangers = new Map<string, string>();
  const ordered: Descent[] = [];
  const open = new Set(all);
  const settle = (certificate: ProofCertificate, signer: Descent['signer']) => {
    ordered.push({ certificate, signer });
    open.delete(certificate);
  };
  const strangerOf = ({ x509 }: ProofCertificate): Descent['signer'] => {
    const name = strangers.get(x509.issuer) ?? `stranger-${strangers.size + 1}`;
    strangers.set(x509.issuer, name);
    return { kind: 'stranger', name };
  };
  while (open.size > 0) {
    const before = open.size;
    for (const certificate of [...open]) {
      const { x509 } = certificate;
      if (isSignedBy(x509, x509)) settle(certificate, { kind: 'self' });
      else {
        const signer = all.find((other) => other !== certificate && isSignedBy(x509, other.x509));
        if (!signer) settle(certificate, strangerOf(certificate));
        else if (!open.has(signer)) settle(certificate, { kind: 'known', name: signer.name });
      }
    }
    // Two that have signed each other: one of them has to come from somewhere else.
    const [first] = open;
    if (open.size === before && first) settle(first, strangerOf(first));
  }
  return ordered;
}
