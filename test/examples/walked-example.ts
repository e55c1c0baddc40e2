import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { blocksIn, blocksOf } from './page.ts';

/** Declares that the TypeScript of a page is code of an example, which the tests run. */
export function walksThrough(page: string, example: string): void {
  const code = readFileSync(join(import.meta.dirname, '../..', example), 'utf8');
  const blocks = blocksIn(blocksOf(page), 'ts');

  describe(`the code of ${page} is in ${example}`, () => {
    test('there is some', () => {
      expect(blocks).not.toEqual([]);
    });

    test.each(blocks)('%s', (block) => {
      expect(`\n${code}`).toContain(`\n${block}`);
    });
  });
}
