import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { ServedClient } from '../clients/served-client.ts';

/** How the tests of a suite ended, by their names. */
export interface Outcome {
  readonly passed: readonly string[];
  readonly skipped: readonly string[];
  readonly failed: readonly string[];
}

/** The slot of the only token, as the stock client numbers it. */
export async function slotOf(client: ServedClient): Promise<string> {
  const { stdout } = await client.run('pkcs11-tool', ['--module', client.module, '--list-slots']);
  const [, slot] = /^Slot \d+ \(0x([0-9a-f]+)\)/m.exec(stdout) ?? [];
  if (slot === undefined) throw new Error(`no slot:\n${stdout}`);
  return String(Number.parseInt(slot, 16));
}

export function tell(suite: string, { passed, skipped, failed }: Outcome): void {
  const all = passed.length + skipped.length + failed.length;
  console.log(`${suite}: ${passed.length} of ${all} pass, ${skipped.length} skipped, ${failed.length} fail`);
}

/**
 * Compares the failures with lists that are kept in files: one name a line, and the reason after `#`. One that passes
 * although it is on a list is told too: the lists are to say what is so.
 */
export function compareWithLists({ failed }: Outcome, lists: readonly string[]): void {
  const text = lists.map((list) => readFileSync(join(import.meta.dirname, list), 'utf8')).join('');
  const expected = text.split('\n').flatMap((line) => line.replace(/#.*/, '').trim() || []);
  expect(failed.toSorted()).toEqual(expected.toSorted());
}
