/** The part of Trusted Types that this file needs; browsers without them take the URL as it is. */
interface Policy {
  createScriptURL(url: string): string;
}
interface TrustedTypes {
  createPolicy(name: string, rules: Policy): Policy;
}

let policy: Policy | null = null;

/**
 * The constructor `Worker`, allowed to start scripts of this page's own server. The page's security policy lets a
 * worker start only from a URL that a named policy made, and that name can be taken once.
 *
 * Vite has to see `new Worker(new URL('./x.worker.ts', import.meta.url), …)` as it stands: call the result `Worker`.
 */
export function ownWorker(): typeof Worker {
  policy ??= newPolicy();
  const { createScriptURL } = policy;
  return class extends globalThis.Worker {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(createScriptURL(String(url)), options);
    }
  };
}

function newPolicy(): Policy {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  const made = trustedTypes?.createPolicy('trustwalk-worker', { createScriptURL: onlyOurs });
  return { createScriptURL: (url) => (made === undefined ? onlyOurs(url) : made.createScriptURL(url)) };
}

function onlyOurs(url: string): string {
  if (new URL(url, location.href).origin === location.origin) return url;
  throw new Error('A worker comes from this page’s own server only.');
}
