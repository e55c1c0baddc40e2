import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

// Packs the packages and everything that they depend on into a folder, from which npm installs them without a network:
//   npm run pack -- packaging/container/packages
//   npm install --offline packaging/container/packages/*.tgz

const root = join(import.meta.dirname, '..');

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

if (import.meta.main) {
  const [folder = ''] = process.argv.slice(2);
  if (folder === '') {
    console.error('pack: error: no folder given\npack: hint: npm run pack -- FOLDER');
    process.exitCode = 2;
  } else {
    console.log(packInto(folder).join('\n'));
  }
}

/** Packs the three packages as they are built, and their dependencies as they are installed here. */
export function packInto(folder: string): string[] {
  const target = resolve(folder);
  mkdirSync(target, { recursive: true });
  const folders = new Map<string, string>();
  for (const name of ['sdk', 'sidecar', 'cli']) gather(join(root, name), folders);
  const words = ['pack', '--json', '--ignore-scripts', '--pack-destination', target, ...folders.values()];
  const env = { ...process.env, npm_config_update_notifier: 'false', npm_config_loglevel: 'error' };
  const packed = execFileSync('npm', words, { cwd: target, env, encoding: 'utf8', maxBuffer: 1 << 26 });
  return (JSON.parse(packed) as { readonly filename: string }[]).map(({ filename }) => join(target, filename));
}

/** The folder of a package and of all that it depends on, by name. */
function gather(folder: string, folders: Map<string, string>): void {
  const { name, dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  if (folders.has(name)) return;
  folders.set(name, folder);
  for (const dependency of Object.keys(dependencies)) {
    if (!dependency.startsWith('@ferrohsm/')) gather(installedAt(dependency, folder), folders);
  }
}

/** Where Node finds a package from a folder; its manifest may not be among its exports. */
function installedAt(name: string, from: string): string {
  const paths = createRequire(join(from, 'package.json')).resolve.paths(name) ?? [];
  const found = paths.map((path) => join(path, name)).find(hasManifest);
  if (found === undefined) throw new Error(`pack: ${name} is not installed: run npm ci`);
  return found;
}

function hasManifest(folder: string): boolean {
  try {
    return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest).name !== undefined;
  } catch {
    return false;
  }
}
