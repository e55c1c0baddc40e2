import type { VersionUsage } from '@ferrohsm/sdk/node';
import { isoTime } from './named-key.ts';

export const usageHeading = ['VERSION', 'USES', 'BYTES', 'LAST USED'] as const;

/** How often each version of a key was used, a row a version. */
export function usageRows(versions: readonly VersionUsage[]): string[][] {
  return versions.map(({ version, uses, bytes, usedAt }) => [
    String(version),
    String(uses),
    String(bytes),
    usedAt === undefined ? 'never' : isoTime(usedAt),
  ]);
}
