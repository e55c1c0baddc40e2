import type { VersionUsage } from '@ferrohsm/sdk/node';
import { isoTime } from './named-key.ts';
import { table } from './table.ts';

/** How often each version of a key was used, a line a version. */
export function usageText(versions: readonly VersionUsage[]): string {
  const rows = versions.map(({ version, uses, bytes, usedAt }) => [
    String(version),
    String(uses),
    String(bytes),
    usedAt === undefined ? 'never' : isoTime(usedAt),
  ]);
  return table(['VERSION', 'USES', 'BYTES', 'LAST USED'], rows);
}
