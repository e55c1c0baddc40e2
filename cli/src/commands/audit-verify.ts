import type { LogReport, LogTrust, VerifyLogOptions } from '@ferrohsm/sdk/node';
import { type CommandDescription, local } from '../command.ts';
import { connectSidecar } from '../connection.ts';
import { CliError } from '../errors.ts';
import type { GlobalOptions } from '../global-options.ts';
import { logFolder } from '../log-folder.ts';
import { chosenFolder } from '../log-reading/log-options.ts';
import { signatureText } from '../log-reading/signature-text.ts';
import { addTrustOptions, readTrust, type TrustOptions } from '../log-reading/trust-options.ts';
import { readVerifiedState, writeVerifiedState } from '../log-reading/verified-state-file.ts';
import { pairs } from '../named-key.ts';
import type { Output } from '../output.ts';
import { ProgressBar } from '../progress-bar.ts';

interface AuditVerifyOptions extends GlobalOptions, TrustOptions {
  readonly log?: string;
  readonly state?: string;
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
ferrohsm audit verify --log ./log --key-file log.keys

# Every night only what is new, and that it continues what was verified
ferrohsm audit verify --key-file log.keys --state verified.json`,
  options: (command) =>
    addTrustOptions(command)
      .option('--log <folder>', 'folder of the log (default: the one of the default state folder)')
      .option('--state <file>', 'keeps what was verified; the next time only what follows is read'),
  action: local<AuditVerifyOptions>(async ({ options, output }) => {
    const folder = await chosenFolder(options);
    const report = await verifyFolder(folder, await chooseTrust(options, output), options.state);
    await output.result(report, reportText(report));
    if (!report.ok) throw new CliError(1, firstFinding(report), 'keep the log as it is and compare it with a copy');
  }),
};

/** Keys of the sidecar itself prove only that the log agrees with it. */
async function chooseTrust(options: AuditVerifyOptions, output: Output): Promise<LogTrust> {
  const trust = await readTrust(options);
  if (trust !== undefined) return trust;
  output.warn(
    'no key was given, so the running sidecar says which keys to trust: a forged log would verify with it too',
  );
  const sidecar = await connectSidecar(options);
  try {
    return { keys: sidecar.hello.log.keys };
  } finally {
    await sidecar.close();
  }
}

async function verifyFolder(folder: string, trust: LogTrust, stateFile: string | undefined): Promise<LogReport> {
  const { verifyLog } = await import('@ferrohsm/sdk/node');
  const bar = new ProgressBar('verifying');
  const kept = stateFile === undefined ? {} : resumable(stateFile);
  try {
    return await verifyLog(logFolder(folder), {
      ...trust,
      ...kept,
      onProgress: (done, total) => bar.show(done, total),
    });
  } catch (error) {
    // Keys were checked before: a policy or a state is malformed, or the state is of another log.
    if (!(error instanceof TypeError)) throw error;
    throw new CliError(65, error.message, 'look at --policy and --state; without the state file all is verified anew');
  } finally {
    bar.end();
  }
}

function resumable(file: string): Pick<VerifyLogOptions, 'resume' | 'onState'> {
  return { resume: readVerifiedState(file), onState: (state) => writeVerifiedState(file, state) };
}

function reportText(report: LogReport): string {
  const { ok, origin, size, root, signatures, problems, minimumIndex, firstBadEntry, newest } = report;
  const hidden = problems.length - shownProblems;
  return pairs([
    ['log', origin],
    ['entries', String(size)],
    ['root', root],
    ['newest', newest === undefined ? '' : `${newest.size} entries, signed by the log, not yet by the quorum`],
    ['pruned', minimumIndex === undefined ? '' : `the entries below ${minimumIndex}`],
    ...signatures.map((signature) => ['signature', signatureText(signature)] as const),
    ...successorsOf(report).map((key) => ['key since a rotation', key] as const),
    ...problems.slice(0, shownProblems).map((problem) => ['problem', problem] as const),
    ['problems', hidden > 0 ? `${hidden} more, see --json` : ''],
    ['first bad entry', firstBadEntry === undefined ? '' : String(firstBadEntry)],
    ['result', ok ? 'ok' : 'NOT OK'],
  ]);
}

/** The keys that came after the pinned ones, to be pinned now. */
function successorsOf({ successions, keys }: LogReport): readonly string[] {
  return successions.length === 0 ? [] : keys;
}

function firstFinding({ firstBadEntry, problems }: LogReport): string {
  if (firstBadEntry !== undefined) return `the log does not verify, first bad entry ${firstBadEntry}`;
  return `the log does not verify: ${problems[0] ?? 'unknown reason'}`;
}
