import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { ExampleFolders, ExampleSetup } from '../tools/example-setup.ts';

/** The ceremony: three officers, each with a token to log in with and a key of his own to approve with. */
export function setUp({ root, config, command }: ExampleFolders): ExampleSetup {
  const officers = join(root, 'officers');
  const custodians = ['alice', 'bob', 'carol'].flatMap((name) => ['--custodian', name]);
  const policy = join(import.meta.dirname, 'approvals.cedar');
  const places = ['--config', config, '--secrets', officers, '--policy', policy];
  execFileSync(process.execPath, [command, 'init', ...places, ...custodians, '--yes', '--quiet']);
  return { serveArguments: ['--websocket', '127.0.0.1:0'], environment: { OFFICERS: officers } };
}
