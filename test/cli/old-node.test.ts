import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { delimiter } from 'node:path';
import { test } from 'vitest';
import { ferrohsm } from './processes.ts';

/** A Node of before 26 on this machine, whatever the search path puts first. */
function findOldNode(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));
  return folders
    .map((folder) => `${folder}/node`)
    .find((program) => {
      const { status, stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
      return status === 0 && Number(/^v(\d+)/.exec(stdout)?.[1]) < 26;
    });
}

const oldNode = findOldNode();

test('a Node that is too old gets a sentence, a hint and exit status 78', (context) => {
  if (oldNode === undefined) return context.skip('no Node before 26 in PATH');
  const { status, stdout, stderr } = spawnSync(oldNode, [ferrohsm, 'serve'], { encoding: 'utf8' });
  assert.equal(status, 78);
  assert.equal(stdout, '');
  assert.match(
    stderr,
    /^ferrohsm: error: needs Node 26\.9 or later .*, but this is v\d+\.\d+\.\d+\nferrohsm: hint: .+\n$/,
  );
});
