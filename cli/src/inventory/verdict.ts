import { CliError } from '../errors.ts';
import type { Finding } from './finding.ts';
import type { InventorySummary } from './summary.ts';

/** Names in an error message; the inventory itself has all of them. */
const namedKeys = 20;

/**
 * Refuses an inventory that has what must not be there.
 *
 * @throws CliError 9 with the names of the keys
 */
export function refuseFindings(summary: InventorySummary, unwanted: readonly Finding[]): void {
  const found = [...new Set(unwanted)]
    .map((finding) => ({ finding, names: summary.findings[finding] }))
    .filter(({ names }) => names.length > 0);
  if (found.length === 0) return;
  const reasons = found.map(({ finding, names }) => `${finding}: ${namesText(names)}`);
  throw new CliError(9, `unwanted keys: ${reasons.join('; ')}`, 'ferrohsm inventory says what each finding means');
}

function namesText(names: readonly string[]): string {
  const shown = names.slice(0, namedKeys).join(', ');
  return names.length > namedKeys ? `${shown} and ${names.length - namedKeys} more` : shown;
}
