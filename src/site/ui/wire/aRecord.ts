import type { RecordView } from '$core/tls/dissection.ts';

/** A record for tests, a ClientHello unless said otherwise. Give `index`; `at` follows it. */
export function aRecord(given: Partial<RecordView> & { readonly index: number }): RecordView {
  const range = { buffer: 0, start: 0, end: 0 };
  return {
    from: 'client',
    at: given.index,
    offset: 0,
    length: 243,
    type: 22,
    protection: 'clear',
    contentType: null,
    label: 'ClientHello',
    wire: 0,
    plaintext: null,
    lock: null,
    fields: { name: 'record', value: '', range, children: [] },
    opened: null,
    ...given,
  };
}
