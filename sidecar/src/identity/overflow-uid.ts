import { readFileSync } from 'node:fs';

/** What Linux shows for every user that it cannot map into the namespace: nobody, and anybody. */
const usualOverflowUid = 65_534;

/**
 * The uids that name no user: 65534 and the machine's own setting. They never authenticate, because every unmapped
 * user of a container looks alike.
 */
export function overflowUids(file = '/proc/sys/kernel/overflowuid'): ReadonlySet<number> {
  return new Set([usualOverflowUid, configuredOverflowUid(file)]);
}

function configuredOverflowUid(file: string): number {
  try {
    const value = Number(readFileSync(file, 'utf8').trim());
    return Number.isInteger(value) ? value : usualOverflowUid;
  } catch {
    return usualOverflowUid;
  }
}
