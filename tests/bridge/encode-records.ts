import { RecordFrame } from '../../src/core/bridge/frames.ts';
import type { WireRecord } from '../../src/core/bridge/run.ts';

/** One frame of records, as the bridge fills them one after the other. */
export function encodeRecords(records: readonly WireRecord[]): Uint8Array {
  const frame = new RecordFrame();
  for (const record of records) frame.add(record, record);
  return frame.bytes;
}
