import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { LogReport } from '@ferrohsm/sdk/node';
import { type CommandDescription, local } from '../command.ts';
import { connectSidecar } from '../connection.ts';
import { CliError } from '../errors.ts';
import type { GlobalOptions } from '../global-options.ts';
import { logFolder } from '../log-folder.ts';
import { pairs } from '../named-key.ts';
import { repeated } from '../option-values.ts';
import type { Output } from '../output.ts';
import { ProgressBar } from '../progress-bar.ts';
import { defaultLogFolder } from './serve.ts';

interface AuditVerifyOptions extends GlobalOptions {
  readonly log?: string;
  readonly key?: string[];
  readonly keyFile?: string;
}

/** Findings that are shown; the first says where to look. */
const shownProblems = 10;

export const auditVerify: CommandDescription = {
  usage: 'verify',
  summary: 'Verify a whole log offline: checkpoint, tree and every record. Exit status 1 when anything is wrong.',
  examples: `
# Pin the keys once, where the sidecar's host cannot change them
ferrohsm audit keys > log.keys

# Verify a copy of the log
ferrohsm audit verify --log ./log --key-file log.keys`,
  options: (command) =>
    command
      .option('--log <folder>', 'folder of the log (default: the one of the default state folder)')
      .option('--key <vkey>', 'verifier key (C2SP signed-note), more than once', repeated)
      .option('--key-file <file>', 'verifier keys, one a line'),
  action: local<AuditVerifyOptions>(async ({ options, output }) => {
    const folder = options.log ?? (await defaultLogFolder());
    if (!existsSync(join(folder, 'checkpoint'))) throw noLog(folder);
    const report = await verifyFolder(folder, await chooseKeys(options, output));
    await output.result(report, reportText(report));
    if (!report.ok) throw new CliError(1, firstFinding(report), 'keep the log as it is and compare it with a copy');
  }),
};

function noLog(folder: string): CliError {
  return new CliError(66, `no log in ${folder}`, 'name the folder that holds "checkpoint" with --log');
}

/** Keys of the sidecar itself prove only that the log agrees with it. */
async function chooseKeys(options: AuditVerifyOptions, output: Output): Promise<readonly string[]> {
  const { readVerifierKeys } = await import('../verifier-keys.ts');
  const keys = await readVerifierKeys(options.key ?? [], options.keyFile);
  if (keys.length > 0) return keys;
  output.warn(
    'no key was given, so the running sidecar says which keys to trust: a forged log would verify with it too',
  );
  const sidecar = await connectSidecar(options);
  try {
    return sidecar.hello.log.keys;
  } finally {
    await sidecar.close();
  }
}

async function verifyFolder(folder: string, keys: readonly string[]): Promise<LogReport> {
  const { verifyLog } = await import('@ferrohsm/sdk/node');
  const bar = new ProgressBar('verifying');
  try {
    return await verifyLog(logFolder(folder), { keys, onProgress: (done, total) => bar.show(done, total) });
  } finally {
    bar.end();
  }
}

function reportText({ ok, origin, size, root, signatures, problems, firstBadEntry }: LogReport): string {
  const hidden = problems.length - shownProblems;
  return pairs([
    ['log', origin],
    ['entries', String(size)],
    ['root', root],
    ...signatures.map((signature) => ['signature', signatureText(signature)] as const),
    ...problems.slice(0, shownProblems).map((problem) => ['problem', problem] as const),
    ['problems', hidden > 0 ? `${hidden} more, see --json` : ''],
    ['first bad entry', firstBadEntry === undefined ? '' : String(firstBadEntry)],
    ['result', ok ? 'ok' : 'NOT OK'],
  ]);
}

function signatureText({ name, algorithm, valid }: LogReport['signatures'][number]): string {
  const verdict = valid === 'unchecked' ? 'not checked, no key given' : valid ? 'valid' : 'NOT VALID';
  return `${name} ${algorithm}: ${verdict}`;
}

function firstFinding({ firstBadEntry, problems }: LogReport): string {
  if (firstBadEntry !== undefined) return `the log does not verify, first bad entry ${firstBadEntry}`;
  return `the log does not verify: ${problems[0] ?? 'unknown reason'}`;
}
