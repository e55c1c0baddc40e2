import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { ExampleFolders, ExampleSetup } from '../tools/example-setup.ts';

/** The ceremony: a root key in five shares, any three of which open the sidecar. */
export function setUp({ root, config, command }: ExampleFolders): ExampleSetup {
  const shares = join(root, 'shares');
  const places = ['--config', config, '--shares-folder', shares];
  execFileSync(process.execPath, [command, 'init', ...places, '--shares', '3/5', '--yes', '--quiet'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return { serveArguments: ['--root-key-shares'], environment: { SHARES: shares } };
}
