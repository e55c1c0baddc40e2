import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Whether a program of that name is in the search path. */
export function isInstalled(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));
}

/** The first of the places where systems put a file. */
export function firstPresent(paths: readonly string[]): string | undefined {
  return paths.find((path) => existsSync(path));
}

/** What OpenSSH says of itself: on standard error. */
export function sshVersion(): string {
  return spawnSync('ssh', ['-V'], { encoding: 'utf8' }).stderr.trim();
}

/** Of both parts; p11-kit does not tell its own. */
export function pkcs11Version(): string {
  const softHsm = execFileSync('softhsm2-util', ['--version'], { encoding: 'utf8' }).trim();
  return `${softHsm}, p11-kit ${isInstalled('dpkg-query') ? packageVersion('p11-kit') : 'of unknown version'}`;
}

/** As dpkg-query writes it. */
const versionField = '\u0024{Version}';

function packageVersion(name: string): string {
  const { stdout } = spawnSync('dpkg-query', ['--show', '--showformat', versionField, name], { encoding: 'utf8' });
  return stdout.trim() || 'of unknown version';
}
