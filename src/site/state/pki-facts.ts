/** What PEM texts say, read in the Worker and remembered: several parts of a page show the same certificate. */
import type { Pki } from '$core/world/ports.ts';
import { pki } from './pki.ts';

const certificates = new Map<string, ReturnType<Pki['readCertificate']>>();
const requests = new Map<string, ReturnType<Pki['readRequest']>>();

export const readCertificate = (pem: string): ReturnType<Pki['readCertificate']> =>
  remembered(certificates, pem, () => pki.readCertificate(pem));

export const readRequest = (pem: string): ReturnType<Pki['readRequest']> =>
  remembered(requests, pem, () => pki.readRequest(pem));

/** A failed reading is forgotten, so that the next one tries again. */
function remembered<Answer>(memory: Map<string, Promise<Answer>>, pem: string, read: () => Promise<Answer>) {
  const known = memory.get(pem);
  if (known !== undefined) return known;
  const reading = read();
  memory.set(pem, reading);
  reading.catch(() => memory.delete(pem));
  return reading;
}
