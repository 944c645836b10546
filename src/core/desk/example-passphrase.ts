/** The example that everybody can read in the desk's documentation; whoever uses it is told so. */
export const EXAMPLE_PASSPHRASE = '1234567890123456';
