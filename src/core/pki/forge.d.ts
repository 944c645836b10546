/**
 * The parts of node-forge that are used, imported one by one: the whole is half as large again. Only parts that export
 * what we need by themselves are named here, so that it does not matter who else has loaded forge, and how.
 */
declare module 'node-forge/lib/rsa.js' {
  import { pki } from 'node-forge';
  const rsa: typeof pki.rsa & { setPrivateKey: typeof pki.setRsaPrivateKey };
  export default rsa;
}
declare module 'node-forge/lib/des.js' {
  import type { rc2 } from 'node-forge';
  /** of the same form as RC2, whatever the types say */
  const des: { createDecryptionCipher(key: string): rc2.cipher };
  export default des;
}
declare module 'node-forge/lib/rc2.js' {
  import { rc2 } from 'node-forge';
  export default rc2;
}
declare module 'node-forge/lib/util.js' {
  import { util } from 'node-forge';
  export default util;
}
declare module 'node-forge/lib/jsbn.js' {
  import { jsbn } from 'node-forge';
  export default jsbn;
}
declare module 'node-forge/lib/mgf1.js' {
  import { mgf } from 'node-forge';
  export default mgf.mgf1;
}
declare module 'node-forge/lib/pss.js' {
  import { pss } from 'node-forge';
  export default pss;
}
declare module 'node-forge/lib/sha256.js' {
  import type { md } from 'node-forge';
  const sha256: { create(): md.MessageDigest };
  export default sha256;
}
declare module 'node-forge/lib/sha512.js' {
  import type { md } from 'node-forge';
  const sha512: { create(): md.MessageDigest; readonly sha384: { create(): md.MessageDigest } };
  export default sha512;
}
declare module 'node-forge/lib/random.js' {
  import { random } from 'node-forge';
  export default random;
}
