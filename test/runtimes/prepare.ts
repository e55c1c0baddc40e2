import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { findProgram, folderOf, packagedRuntimes } from './runtimes.ts';

// Installs the runtimes that runtimes.test.ts finds, about 700 MB, outside package.json; the packages run no scripts.
// FERROHSM_RUNTIMES names another folder than node_modules/.cache/runtimes.

const options = ['--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund'];

for (const runtime of packagedRuntimes) {
  const folder = folderOf(runtime);
  if (findProgram(runtime) === undefined) {
    mkdirSync(folder, { recursive: true });
    const { status } = spawnSync('npm', ['install', ...options, '--prefix', folder, runtime.source], {
      cwd: folder,
      stdio: 'inherit',
    });
    if (status !== 0) process.exitCode = 1;
  }
  console.log(`${findProgram(runtime) === undefined ? 'missing' : 'ready  '} ${runtime.name} (${runtime.source})`);
}
