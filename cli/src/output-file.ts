import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  type Stats,
  writeSync,
} from 'node:fs';
import { DryRunEnd } from './change/dry-run.ts';
import { CliError, systemCode } from './errors.ts';

export interface OutputFileOptions {
  /** Mode 0600, and an existing file is refused. */
  readonly secret?: boolean | undefined;
  /** Replace an existing file even though it is a secret's place. */
  readonly force?: boolean | undefined;
  /** Nothing is written: the file ends a dry run. */
  readonly dryRun?: boolean | undefined;
}

/**
 * Writes a file that appears with its whole content or not at all. Pipes and devices are written to directly.
 *
 * @throws CliError 73, DryRunEnd
 */
export function writeOutputFile(path: string, content: Uint8Array, options: OutputFileOptions = {}): void {
  const { secret, force, dryRun } = options;
  if (dryRun) throw fileDryRun(path, content, options);
  try {
    const present = statusOf(path);
    if (present !== undefined && !present.isFile() && !present.isSymbolicLink()) writeWhole(path, 'w', 0o600, content);
    else replaceFile(path, content, secret ? 0o600 : 0o666, secret === true && force !== true);
  } catch (error) {
    throw unwritable(path, error);
  }
}

function replaceFile(path: string, content: Uint8Array, mode: number, exclusive: boolean): void {
  const draft = `${path}.${randomBytes(6).toString('hex')}.new`;
  try {
    writeWhole(draft, 'wx', mode, content);
    // Unlike rename, link never replaces a file that appeared meanwhile.
    if (exclusive) linkSync(draft, path);
    else renameSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}

function writeWhole(path: string, flags: string, mode: number, content: Uint8Array): void {
  const descriptor = openSync(path, flags, mode);
  try {
    // A full disk shortens a write without an error; the next one tells.
    for (let done = 0; done < content.length; ) done += writeSync(descriptor, content, done);
    if (flags === 'wx') fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function fileDryRun(path: string, { length }: Uint8Array, { secret, force }: OutputFileOptions): DryRunEnd {
  if (secret) refuseToReplace(path, { force });
  return new DryRunEnd({ file: path, bytes: length }, [`write ${length} bytes to ${path}`]);
}

/**
 * Refuses before the work what {@link writeOutputFile} would refuse after it.
 *
 * @throws CliError 73 for a file that is there, unless `force`
 */
export function refuseToReplace(path: string, { force }: OutputFileOptions): void {
  const present = statusOf(path);
  if (!force && present !== undefined && (present.isFile() || present.isSymbolicLink())) throw refusal(path);
}

function refusal(path: string): CliError {
  return new CliError(73, `refusing to replace ${path}`, 'choose another file, or replace it with --force');
}

function statusOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

export function unwritable(path: string, error: unknown): CliError {
  if (systemCode(error) === 'EEXIST') return refusal(path);
  return new CliError(
    73,
    `cannot write ${path} (${systemCode(error) ?? 'unknown reason'})`,
    'check name and permissions',
  );
}
