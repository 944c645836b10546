/**
 * The parts of node-forge that are used, imported one by one: the whole is half as large again. Only parts that export
 * what we need by themselves are named here, so that it does not matter who else has loaded forge, and how.
 */
declare module 'node-forge/lib/pki.js' {
  import { pki } from 'node-forge';
  export default pki;
}
declare module 'node-forge/lib/random.js' {
  import { random } from 'node-forge';
  export default random;
}
