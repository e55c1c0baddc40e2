import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { ExampleFolders, ExampleSetup } from '../tools/example-setup.ts';

/** Two officers, and a folder for backups outside the state folder. */
export function setUp({ root, config, command }: ExampleFolders): ExampleSetup {
  const officers = join(root, 'officers');
  const backups = join(root, 'backups');
  const custodians = ['alice', 'bob'].flatMap((name) => ['--custodian', name]);
  const places = ['--config', config, '--secrets', officers];
  execFileSync(process.execPath, [command, 'init', ...places, ...custodians, '--yes', '--quiet']);
  return {
    serveArguments: ['--websocket', '127.0.0.1:0', '--backup-folder', backups],
    environment: { OFFICERS: officers, BACKUPS: backups, FERROHSM: command },
  };
}
