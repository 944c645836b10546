import { expect, test } from 'vitest';
import { OID } from '../../asn1/oids.ts';
import { implicit, oid, sequence } from '../../asn1/write.ts';
import { toUtf8 } from '../../bytes/utf8.ts';
import { extensionTrees } from './parts.ts';
import { treeLines } from './tree.ts';

const way = (kind: string, uri: string) => sequence(oid(kind), implicit(6, toUtf8(uri)));

function shown(...ways: Uint8Array[]): string {
  const extension = { oid: OID.authorityInfoAccess, isCritical: false, value: sequence(...ways) };
  return extensionTrees([extension], null)
    .flatMap((tree) => treeLines(tree))
    .join('\n');
}

test('each way to an authority is called by its own name, one that we do not know by its number', () => {
  const CA_REPOSITORY = '1.3.6.1.5.5.7.48.5';
  const text = shown(
    way(OID.ocsp, 'http://a.test/1'),
    way(OID.caIssuers, 'http://a.test/2'),
    way(CA_REPOSITORY, 'x:3'),
  );
  expect(text).toContain('ocsp: URI:http://a.test/1');
  expect(text).toContain('caIssuers: URI:http://a.test/2');
  expect(text).toContain(`${CA_REPOSITORY}: URI:x:3`);
});

test('a list of no ways is damaged, as it is everywhere else', () => {
  expect(shown()).toMatch(/damaged\. .*must not be empty/);
});
