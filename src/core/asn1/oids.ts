/**
 * Object identifiers by their names: the only such list of the core. A name is the one that the defining RFC registers;
 * what people say instead, where it differs, stands below.
 */
export const OID = {
  // keys and curves: RFC 8017, 5480, 8410
  rsaEncryption: '1.2.840.113549.1.1.1',
  'id-ecPublicKey': '1.2.840.10045.2.1',
  'id-dsa': '1.2.840.10040.4.1',
  secp192r1: '1.2.840.10045.3.1.1',
  secp224r1: '1.3.132.0.33',
  secp256r1: '1.2.840.10045.3.1.7',
  secp256k1: '1.3.132.0.10',
  secp384r1: '1.3.132.0.34',
  secp521r1: '1.3.132.0.35',
  brainpoolP256r1: '1.3.36.3.3.2.8.1.1.7',
  brainpoolP384r1: '1.3.36.3.3.2.8.1.1.11',
  brainpoolP512r1: '1.3.36.3.3.2.8.1.1.13',
  'id-X25519': '1.3.101.110',
  'id-X448': '1.3.101.111',
  'id-Ed25519': '1.3.101.112',
  'id-Ed448': '1.3.101.113',

  // signatures and hashes: RFC 8017, 5758, 4055
  md5WithRSAEncryption: '1.2.840.113549.1.1.4',
  sha1WithRSAEncryption: '1.2.840.113549.1.1.5',
  mgf1: '1.2.840.113549.1.1.8',
  'rsassa-pss': '1.2.840.113549.1.1.10',
  sha256WithRSAEncryption: '1.2.840.113549.1.1.11',
  sha384WithRSAEncryption: '1.2.840.113549.1.1.12',
  sha512WithRSAEncryption: '1.2.840.113549.1.1.13',
  sha224WithRSAEncryption: '1.2.840.113549.1.1.14',
  'ecdsa-with-SHA1': '1.2.840.10045.4.1',
  'ecdsa-with-SHA224': '1.2.840.10045.4.3.1',
  'ecdsa-with-SHA256': '1.2.840.10045.4.3.2',
  'ecdsa-with-SHA384': '1.2.840.10045.4.3.3',
  'ecdsa-with-SHA512': '1.2.840.10045.4.3.4',
  'dsa-with-sha1': '1.2.840.10040.4.3',
  'dsa-with-sha256': '2.16.840.1.101.3.4.3.2',
  'id-md5': '1.2.840.113549.2.5',
  'id-sha1': '1.3.14.3.2.26',
  'id-sha256': '2.16.840.1.101.3.4.2.1',
  'id-sha384': '2.16.840.1.101.3.4.2.2',
  'id-sha512': '2.16.840.1.101.3.4.2.3',
  'id-sha224': '2.16.840.1.101.3.4.2.4',

  // keys under a passphrase: RFC 8018, 7914, 2898
  PBKDF2: '1.2.840.113549.1.5.12',
  PBES2: '1.2.840.113549.1.5.13',
  'id-scrypt': '1.3.6.1.4.1.11591.4.11',
  hmacWithSHA1: '1.2.840.113549.2.7',
  hmacWithSHA224: '1.2.840.113549.2.8',
  hmacWithSHA256: '1.2.840.113549.2.9',
  hmacWithSHA384: '1.2.840.113549.2.10',
  hmacWithSHA512: '1.2.840.113549.2.11',
  'aes128-CBC': '2.16.840.1.101.3.4.1.2',
  'aes192-CBC': '2.16.840.1.101.3.4.1.22',
  'aes256-CBC': '2.16.840.1.101.3.4.1.42',
  'des-EDE3-CBC': '1.2.840.113549.3.7',
  'pbeWithSHAAnd3-KeyTripleDES-CBC': '1.2.840.113549.1.12.1.3',
  'pbeWithSHAAnd40BitRC2-CBC': '1.2.840.113549.1.12.1.6',

  // PKCS#12 files: RFC 2315, 7292, 2985
  data: '1.2.840.113549.1.7.1',
  encryptedData: '1.2.840.113549.1.7.6',
  keyBag: '1.2.840.113549.1.12.10.1.1',
  pkcs8ShroudedKeyBag: '1.2.840.113549.1.12.10.1.2',
  certBag: '1.2.840.113549.1.12.10.1.3',
  friendlyName: '1.2.840.113549.1.9.20',
  localKeyId: '1.2.840.113549.1.9.21',
  x509Certificate: '1.2.840.113549.1.9.22.1',

  // parts of a distinguished name: RFC 5280 appendix A.1, RFC 4519
  commonName: '2.5.4.3',
  surname: '2.5.4.4',
  serialNumber: '2.5.4.5',
  countryName: '2.5.4.6',
  localityName: '2.5.4.7',
  stateOrProvinceName: '2.5.4.8',
  streetAddress: '2.5.4.9',
  organizationName: '2.5.4.10',
  organizationalUnitName: '2.5.4.11',
  title: '2.5.4.12',
  givenName: '2.5.4.42',
  initials: '2.5.4.43',
  dnQualifier: '2.5.4.46',
  pseudonym: '2.5.4.65',
  organizationIdentifier: '2.5.4.97',
  emailAddress: '1.2.840.113549.1.9.1',
  userId: '0.9.2342.19200300.100.1.1',
  domainComponent: '0.9.2342.19200300.100.1.25',

  // requests, and extensions of certificates and lists: RFC 2985, 5280, 7633, 6962
  extensionRequest: '1.2.840.113549.1.9.14',
  subjectDirectoryAttributes: '2.5.29.9',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  issuerAltName: '2.5.29.18',
  basicConstraints: '2.5.29.19',
  cRLNumber: '2.5.29.20',
  reasonCode: '2.5.29.21',
  invalidityDate: '2.5.29.24',
  deltaCRLIndicator: '2.5.29.27',
  issuingDistributionPoint: '2.5.29.28',
  certificateIssuer: '2.5.29.29',
  nameConstraints: '2.5.29.30',
  cRLDistributionPoints: '2.5.29.31',
  certificatePolicies: '2.5.29.32',
  anyPolicy: '2.5.29.32.0',
  policyMappings: '2.5.29.33',
  authorityKeyIdentifier: '2.5.29.35',
  policyConstraints: '2.5.29.36',
  extKeyUsage: '2.5.29.37',
  anyExtendedKeyUsage: '2.5.29.37.0',
  freshestCRL: '2.5.29.46',
  inhibitAnyPolicy: '2.5.29.54',
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
  subjectInfoAccess: '1.3.6.1.5.5.7.1.11',
  tlsFeature: '1.3.6.1.5.5.7.1.24',
  signedCertificateTimestampList: '1.3.6.1.4.1.11129.2.4.2',
  netscapeCertType: '2.16.840.1.113730.1.1',
  netscapeComment: '2.16.840.1.113730.1.13',

  // what stands inside extensions: policies, purposes, ways to an authority
  cps: '1.3.6.1.5.5.7.2.1',
  userNotice: '1.3.6.1.5.5.7.2.2',
  'domain-validated': '2.23.140.1.2.1',
  'organization-validated': '2.23.140.1.2.2',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  emailProtection: '1.3.6.1.5.5.7.3.4',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  OCSPSigning: '1.3.6.1.5.5.7.3.9',
  ocsp: '1.3.6.1.5.5.7.48.1',
  caIssuers: '1.3.6.1.5.5.7.48.2',
} as const;

export type OidName = keyof typeof OID;

const NAMES: ReadonlyMap<string, string> = new Map(Object.entries(OID).map(([name, dotted]) => [dotted, name]));

/** The registered name of an OID, or its dotted form. */
export function oidName(dotted: string): string {
  return NAMES.get(dotted) ?? dotted;
}

const SAID: Readonly<Record<string, string>> = {
  'rsassa-pss': 'rsassaPss',
  secp256r1: 'prime256v1 (P-256)',
  secp384r1: 'secp384r1 (P-384)',
  secp521r1: 'secp521r1 (P-521)',
} satisfies Partial<Record<OidName, string>>;

/** The name of an OID as openssl and its like show it, without the registry's `id-`; null where it has none here. */
export function oidSaid(dotted: string): string | null {
  return ALL_SAID.get(dotted) ?? null;
}

const ALL_SAID: ReadonlyMap<string, string> = new Map(
  Array.from(NAMES, ([dotted, name]) => [dotted, SAID[name] ?? name.replace(/^id-/, '')]),
);

/** Attribute types by the short names of RFC 4514 section 3; where it gives none, the long one stands. */
const SHORT: Readonly<Record<string, string>> = {
  commonName: 'CN',
  surname: 'SN',
  serialNumber: 'serialNumber',
  countryName: 'C',
  localityName: 'L',
  stateOrProvinceName: 'ST',
  streetAddress: 'STREET',
  organizationName: 'O',
  organizationalUnitName: 'OU',
  title: 'title',
  givenName: 'GN',
  organizationIdentifier: 'organizationIdentifier',
  emailAddress: 'emailAddress',
  userId: 'UID',
  domainComponent: 'DC',
} satisfies Partial<Record<OidName, string>>;

/** What stands before `=` in a distinguished name: `CN`, or the dotted numbers. */
export function attributeShort(dotted: string): string {
  return SHORT[oidName(dotted)] ?? dotted;
}
