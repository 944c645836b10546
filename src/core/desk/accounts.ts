/** What a user name and a password may be. Pure rules; hashing and storing are the server's. */

export const USER_NAME = /^[a-z][a-z0-9._-]{2,31}$/;
export const PASSWORD_CHARACTERS = { min: 8, max: 256 } as const;

/** Why a user name cannot be taken, in one sentence; null when it can. */
export function whyNotUserName(name: string): string | null {
  if (USER_NAME.test(name)) return null;
  return 'A user name is 3 to 32 characters: a small letter first, then small letters, digits, dot, underscore, hyphen.';
}

/**
 * Why a password is too weak, in one sentence; null when it will do. Length counts characters, not UTF-16 units.
 *
 * @param common passwords that everybody tries first, in lower case
 */
export function whyWeakPassword(password: string, common: ReadonlySet<string> = COMMON): string | null {
  const characters = [...password].length;
  const { min, max } = PASSWORD_CHARACTERS;
  if (characters < min || characters > max)
    return `A password has ${min} to ${max} characters; this one has ${characters}.`;
  return common.has(password.toLowerCase()) ? 'This password is on every list of common passwords.' : null;
}

/** The most common passwords of at least eight characters in published leaks: the first that anybody tries. */
export const COMMON: ReadonlySet<string> = new Set(
  `password 12345678 123456789 1234567890 baseball football jennifer iloveyou 11111111 superman 1q2w3e4r qwertyuiop
  trustno1 sunshine princess starwars computer michelle corvette passw0rd password1 password123 welcome1 87654321
  88888888 00000000 12341234 asdfghjkl 1qaz2wsx 1q2w3e4r5t q1w2e3r4 qwerty123 qwerty12 abcd1234 abc12345 admin123
  letmein1 zaq12wsx liverpool charlie1 whatever samantha victoria mercedes maverick internet steelers 123123123
  987654321 1234qwer qazwsxedc changeme test1234 monkey123 dragon123 iloveyou1 p@ssw0rd passwort`.split(/\s+/),
);
