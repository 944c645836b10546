import { render, screen, within } from '@testing-library/svelte';
import type { Verification } from '$core/tls/dissection.ts';
import { expect, test } from 'vitest';
import Certificates from './Certificates.svelte';
import Recomputed from './Recomputed.svelte';

const check = (holds: boolean | null, why: string): Verification => ({ holds, why });

test('what was recomputed is true, false, or open with its reason: in words, not only in colour', () => {
  render(Recomputed, {
    verified: {
      certificateVerify: { client: check(false, 'It does not fit.'), server: check(true, 'It fits.') },
      finished: { client: check(null, 'No key.'), server: check(true, 'Equal.') },
      pskBinder: check(null, 'Not seen.'),
    },
  });
  const said = screen.getAllByRole('listitem').map((item) => item.textContent?.replace(/\s+/g, ' ').trim());
  expect(said).toContainEqual(expect.stringContaining('CertificateVerify of the client: false It does not fit.'));
  expect(said).toContainEqual(expect.stringContaining('CertificateVerify of the server: true It fits.'));
  expect(said).toContainEqual(expect.stringContaining('Finished of the client: not determinable No key.'));
  expect(said).toHaveLength(5);
});

/** Facts of a certificate that openssl 3.0 made. */
const LEAF = {
  ...{ subject: 'CN=alice', issuer: 'CN=Desk Root CA', serial: '7803522fb8e8' },
  ...{ notBefore: '2026-11-23T20:29:56Z', notAfter: '2027-11-23T20:29:56Z', sha256: 'ab'.repeat(32) },
};
const ROOT = { ...LEAF, subject: 'CN=Desk Root CA' };

test('certificates stand under the side that showed them; a side without any says why', () => {
  render(Certificates, {
    certificates: { client: [], server: [LEAF, ROOT] },
    none: { client: 'It was not asked for one.', server: 'Locked.' },
  });
  const server = screen.getByRole('region', { name: 'Certificates of the server' });
  const [leaf, root] = within(server).getAllByRole('listitem');
  for (const words of ['CN=alice', 'CN=Desk Root CA', '7803 522f b8e8', '2026-11-23 20:29:56', 'abab abab'])
    expect(leaf?.textContent).toContain(words);
  expect(root?.textContent).toContain('CN=Desk Root CA, itself');
  expect(server.textContent).not.toContain('Locked.');
  expect(screen.getByRole('region', { name: 'Certificates of the client' }).textContent).toContain('not asked');
});

test('what a certificate says is text, never markup', () => {
  const subject = '<img src=x onerror=alert(1)>';
  const { container } = render(Certificates, {
    certificates: { client: [{ ...LEAF, subject }], server: [] },
    none: { client: '', server: '' },
  });
  expect(container.querySelector('img')).toBeNull();
  expect(container.textContent).toContain(subject);
});
