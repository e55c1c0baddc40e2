import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'vitest';

const folder = process.env.FERROHSM_VECTORS;

/** A test on a JSON file of the published vectors; skipped, visibly, without the folder that FERROHSM_VECTORS names. */
export function vectorTest<T>(title: string, file: string, check: (vectors: T) => void): void {
  if (folder === undefined) test.skip(`${title} (FERROHSM_VECTORS is not set)`, () => undefined);
  else test(title, () => check(JSON.parse(readFileSync(join(folder, file), 'utf8')) as T));
}
