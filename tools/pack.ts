import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative, resolve } from 'node:path';

// Packs the packages and everything that they depend on into a folder, from which npm installs them without a network:
//   npm run pack -- packaging/container/packages
//   npm ci --offline --prefix packaging/container/packages

const root = join(import.meta.dirname, '..');

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly bin?: string | Readonly<Record<string, string>>;
}

interface Tarball {
  /** From the folder. */
  readonly path: string;
  readonly integrity: string;
}

/** Folder and manifest of a package, by the place below `node_modules` that it takes. */
type Places = Map<string, { readonly folder: string; readonly manifest: Manifest }>;

if (import.meta.main) {
  const [folder = ''] = process.argv.slice(2);
  if (folder === '') {
    console.error('pack: error: no folder given\npack: hint: npm run pack -- FOLDER');
    process.exitCode = 2;
  } else {
    packInto(folder);
  }
}

/**
 * Packs the packages as they are built, and their dependencies as they are installed here, with a lock: two versions
 * of one package stay two.
 */
export function packInto(folder: string): void {
  const target = resolve(folder);
  const places: Places = new Map();
  for (const name of ['sdk', 'sidecar', 'pkcs11', 'cli']) gather(join(root, name), places);
  const tarballs = pack(target, places);
  const manifest = {
    name: 'ferrohsm-image',
    private: true,
    dependencies: Object.fromEntries(
      [...places.values()]
        .filter(({ folder }) => !isInstalled(folder))
        .map(({ manifest }) => [manifest.name, `file:${tarballs.get(titleOf(manifest))?.path}`]),
    ),
  };
  writeJson(join(target, 'package.json'), manifest);
  writeJson(join(target, 'package-lock.json'), {
    ...{ name: manifest.name, lockfileVersion: 3, requires: true },
    packages: { '': manifest, ...lockEntries(places, tarballs) },
  });
}

/** The place of a package, and of all that it depends on. */
function gather(folder: string, places: Places): void {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  const place = isInstalled(folder) ? relative(root, folder) : `node_modules/${manifest.name}`;
  if (places.has(place)) return;
  places.set(place, { folder, manifest });
  for (const dependency of Object.keys(manifest.dependencies ?? {})) {
    if (!dependency.startsWith('@ferrohsm/')) gather(installedAt(dependency, folder), places);
  }
}

function isInstalled(folder: string): boolean {
  return relative(root, folder).startsWith('node_modules');
}

/** A tarball for each version of each package, by name and version. */
function pack(target: string, places: Places): ReadonlyMap<string, Tarball> {
  const store = join(target, 'tarballs');
  mkdirSync(store, { recursive: true });
  const folders = new Map([...places.values()].map(({ folder, manifest }) => [titleOf(manifest), folder]));
  const words = ['pack', '--json', '--ignore-scripts', '--pack-destination', store, ...folders.values()];
  const env = { ...process.env, npm_config_update_notifier: 'false', npm_config_loglevel: 'error' };
  const output = execFileSync('npm', words, { cwd: store, env, encoding: 'utf8', maxBuffer: 1 << 26 });
  const packed = JSON.parse(output) as (Manifest & { readonly filename: string })[];
  return new Map(packed.map((one) => [titleOf(one), tarballAt(target, `tarballs/${one.filename}`)]));
}

function tarballAt(target: string, path: string): Tarball {
  const digest = createHash('sha512')
    .update(readFileSync(join(target, path)))
    .digest('base64');
  return { path, integrity: `sha512-${digest}` };
}

function lockEntries(places: Places, tarballs: ReadonlyMap<string, Tarball>): Readonly<Record<string, object>> {
  const entries = [...places].map(([place, { manifest }]) => {
    const { version, dependencies, bin } = manifest;
    const { path = '', integrity } = tarballs.get(titleOf(manifest)) ?? {};
    const resolved = `file:${path}`;
    return [place, { version, resolved, integrity, ...(dependencies && { dependencies }), ...(bin && { bin }) }];
  });
  return Object.fromEntries(entries) as Readonly<Record<string, object>>;
}

function titleOf({ name, version }: Pick<Manifest, 'name' | 'version'>): string {
  return `${name}@${version}`;
}

function writeJson(path: string, value: object): void {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
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
