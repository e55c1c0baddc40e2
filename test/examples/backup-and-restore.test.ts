import { expect, test } from 'vitest';
import { blocksIn, blocksOf } from './page.ts';

const page = 'docs/guides/backup-and-restore.md';
const blocks = blocksOf(page);
/** backup.test.ts runs all of them. */
const tried = blocksIn(blocksOf('docs/backup.md'), 'sh').join('\n');

test(`every block of ${page} is a command`, () => {
  expect(new Set(blocks.map(({ language }) => language))).toEqual(new Set(['sh']));
});

test.each(blocksIn(blocks, 'sh'))('docs/backup.md, whose commands are tried, has %s', (block) => {
  for (const command of block.trim().split(/(?<!\\)\n/)) expect(tried).toContain(command);
});
