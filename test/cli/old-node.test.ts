import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { afterEach, beforeEach, describe, test } from 'vitest';
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

/** The launcher alone, with no Node installed beside it. */
function loneLauncher(folder: string): string {
  mkdirSync(join(folder, 'bin'));
  const launcher = join(folder, 'bin/ferrohsm.cjs');
  cpSync(ferrohsm, launcher);
  return launcher;
}

describe('a Node that is too old', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fhsm-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('gets a sentence, a hint and exit status 78', (context) => {
    if (oldNode === undefined) return context.skip('no Node before 26 in PATH');
    const { status, stdout, stderr } = spawnSync(oldNode, [loneLauncher(folder), 'serve'], { encoding: 'utf8' });
    assert.equal(status, 78);
    assert.equal(stdout, '');
    assert.match(
      stderr,
      /^ferrohsm: error: needs Node 26\.9 or later .*, but this is v\d+\.\d+\.\d+\nferrohsm: hint: .+\n$/,
    );
  });

  test('hands over to the one that is installed beside the command', (context) => {
    if (oldNode === undefined) return context.skip('no Node before 26 in PATH');
    const run = (...words: readonly string[]) =>
      spawnSync(oldNode, [ferrohsm, ...words], { encoding: 'utf8', env: { PATH: process.env.PATH, HOME: folder } });
    assert.match(run('--version').stdout, /^\d+\.\d+\.\d+\n$/);
    assert.equal(run('sing').status, 2);
    assert.equal(run('status', '--socket', join(folder, 'none')).status, 69);
  });

  test('hands signals on, and ends as the sidecar ends', async (context) => {
    if (oldNode === undefined) return context.skip('no Node before 26 in PATH');
    const places = [
      '--state',
      join(folder, 'state'),
      '--config',
      join(folder, 'config'),
      '--socket',
      join(folder, 's'),
    ];
    const child = spawn(oldNode, [ferrohsm, 'serve', ...places, '--passphrase-fd', '3'], {
      stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
    });
    (child.stdio[3] as Writable).end('a passphrase of some length\n');
    const [announcement] = (await once(child.stdout as Readable, 'data')) as [Buffer];
    assert.match(announcement.toString(), /listening on/);
    child.kill('SIGTERM');
    assert.deepEqual(await once(child, 'exit'), [0, null]);
  });
});
