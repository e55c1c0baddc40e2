import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CliError, systemCode, usageError } from '../errors.ts';
import { type Generation, generationOfClient, generationOfVersion } from './generation.ts';

/** A client of p11-kit on this machine. */
export interface Installation {
  /** The PKCS#11 module that applications load. */
  readonly module: string;
  /** As its package says; undefined where nothing does. */
  readonly version: string | undefined;
  readonly generation: Generation;
}

/** What is said of an installation instead of looking. */
export interface InstallationOptions {
  readonly module?: string;
  readonly p11KitVersion?: string;
}

const clientName = 'p11-kit-client.so';
/** Debian's names of the platforms of Node. */
const multiarch: Readonly<Record<string, string>> = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' };

/** @throws CliError 2 for what was said wrongly, 66 where no client is installed */
export function findInstallation({ module, p11KitVersion }: InstallationOptions): Installation {
  if (p11KitVersion !== undefined) return saidInstallation(module, p11KitVersion);
  const found = module ?? installedModule();
  const generation = generationOfClient(contentOf(found));
  if (generation === undefined) {
    throw usageError(`${found} is not a client of p11-kit`, `name a file like ${clientName} with --module`);
  }
  return { module: plainPath(found), version: versionOf(found), generation };
}

/** For another machine: nothing is looked at. */
function saidInstallation(module = join(folders()[0] ?? '', clientName), version: string): Installation {
  const generation = generationOfVersion(version);
  if (generation === undefined) throw usageError(`${version} is no version of p11-kit`, 'write it like 0.25.5');
  return { module: plainPath(module), version, generation };
}

function installedModule(): string {
  const candidates = folders().map((folder) => join(folder, clientName));
  const found = candidates.find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new CliError(
    66,
    `${clientName} is not installed`,
    'apt-get install p11-kit-modules, dnf install p11-kit-server, or name the file with --module',
  );
}

function folders(): readonly string[] {
  return libraryFolders().map((folder) => join(folder, 'pkcs11'));
}

/** Where systems keep libraries: Debian's first, as its folder depends on the platform. */
function libraryFolders(): readonly string[] {
  const platform = multiarch[process.arch];
  const debian = platform === undefined ? [] : [`/usr/lib/${platform}`];
  return [...debian, '/usr/lib64', '/usr/lib', '/usr/local/lib', '/opt/homebrew/lib'];
}

/**
 * A file below a folder of libraries, for example `engines-3/pkcs11.so`: beside the module first. Where it is nowhere,
 * that is where it is looked for.
 */
export function libraryFile(name: string, { module }: Pick<Installation, 'module'>): string {
  const beside = join(dirname(dirname(module)), name);
  const places = [beside, ...libraryFolders().map((folder) => join(folder, name))];
  return places.find((path) => existsSync(path)) ?? beside;
}

/** Configuration files have different rules for spaces and quotes: a path without them is the same in all. */
function plainPath(path: string): string {
  if (/^\/[\w./+-]+$/.test(path)) return path;
  throw usageError(`${path} cannot be written into every configuration`, 'name an absolute path without spaces');
}

function contentOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new CliError(66, `cannot read ${path} (${systemCode(error)})`, `name ${clientName} with --module`);
  }
}

/** p11-kit 0.24.1 does not tell its own: what was installed for developers beside it does, or the package manager. */
function versionOf(module: string): string | undefined {
  return developersVersion(module) ?? packageVersion(module);
}

function developersVersion(module: string): string | undefined {
  const file = join(dirname(dirname(module)), 'pkgconfig', 'p11-kit-1.pc');
  return existsSync(file) ? /^Version: *(\S+)$/m.exec(readFileSync(file, 'utf8'))?.[1] : undefined;
}

/** As `dpkg-query` writes it. */
const versionField = '\u0024{Version}';

function packageVersion(module: string): string | undefined {
  const owner = ask('dpkg-query', ['--search', module])?.split(': ')[0];
  const debian = owner && ask('dpkg-query', ['--show', `--showformat=${versionField}`, owner]);
  return debian || ask('rpm', ['--query', '--file', '--queryformat', '%{VERSION}', module]);
}

/** What a program prints, undefined where it is not there or refuses. */
function ask(program: string, words: readonly string[]): string | undefined {
  try {
    return execFileSync(program, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 10_000 });
  } catch {
    return undefined;
  }
}
