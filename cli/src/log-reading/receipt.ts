import { type LogSource, type LogTrust, proveRecord } from '@ferrohsm/sdk/node';
import { prunedRecord, undamaged } from './log-damage.ts';
import { readTrustedHead } from './trusted-head.ts';

/**
 * The receipt of a record: a C2SP tlog-proof with the entry in it.
 *
 * @param trust whom its checkpoint is checked with, if anybody
 * @throws CliError 65 for an index beyond the checkpoint, 66 for a pruned record, 1 for a log that does not verify
 */
export async function receiptOf(source: LogSource, index: number, trust: LogTrust | undefined): Promise<string> {
  const { minimumIndex } = await readTrustedHead(source, { trust });
  if (index < minimumIndex) throw prunedRecord(index, minimumIndex);
  return undamaged(() => proveRecord(source, index));
}
