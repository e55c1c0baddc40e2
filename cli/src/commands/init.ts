import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Option } from 'commander';
import { approvalAlgorithms } from '../approval-key.ts';
import { type Belongings, type Custodian, holdCeremony } from '../ceremony.ts';
import { requireAgreement } from '../change/agreement.ts';
import { DryRunEnd } from '../change/dry-run.ts';
import { type CommandDescription, local } from '../command.ts';
import { parseCustodians } from '../custodians.ts';
import { CliError, usageError } from '../errors.ts';
import type { GlobalOptions } from '../global-options.ts';
import { repeated } from '../option-values.ts';
import { policyText } from '../policy-input.ts';
import { highestThreshold } from '../policy-threshold.ts';
import { handOver, splitRootKey } from '../share-ceremony.ts';
import { addShareOptions, requirePlace, type ShareCounts, sharesText } from '../share-counts.ts';

interface InitOptions extends GlobalOptions {
  readonly config: string;
  readonly custodian?: string[];
  readonly approvalKey?: string[];
  readonly policy?: string;
  readonly secrets: string;
  readonly algorithm: string;
  readonly shares?: ShareCounts;
  readonly sharesFolder?: string;
}

export const init: CommandDescription = {
  usage: 'init',
  effect: 'weighty',
  summary: 'The ceremony: set up a sidecar that several people govern, none of them alone.',
  examples: `
# Alice logs in by her uid, Bob and Carol by the tokens that are made for them
ferrohsm init --config /etc/ferrohsm --custodian alice:1000 --custodian bob --custodian carol

# Nobody else ever holds Bob's key: he has made it himself with "ferrohsm approver create"
ferrohsm init --config /etc/ferrohsm --custodian alice:1000 --custodian bob:1001 --custodian carol:1002 \\
  --approval-key bob=bob.json --policy policy.cedar

# The root key in five shares, any three of which open the sidecar
ferrohsm init --config /etc/ferrohsm --shares 3/5`,
  offline: true,
  options: (command) =>
    addShareOptions(command, { isRequired: false })
      .requiredOption('--config <folder>', 'configuration folder of the sidecar; must not hold a configuration yet')
      .option('--custodian <name>', 'NAME or NAME:UID, for each person', repeated)
      .option('--approval-key <name=file>', 'public key that this custodian has made already', repeated)
      .option('--policy <file>', 'Cedar policies (default: the shipped roles)')
      .option('--secrets <folder>', 'where keys and tokens of custodians are written', 'custodians')
      .addOption(
        new Option('--algorithm <name>', 'of the keys made here').choices(approvalAlgorithms).default('EdDSA'),
      ),
  action: local<InitOptions>(async ({ options, output }) => {
    const { shares, sharesFolder } = options;
    if (shares !== undefined) requirePlace(options);
    const plan = planOf(options);
    const words = `set up ${describePlan(plan, shares)}`;
    if (options.dryRun) throw new DryRunEnd({ config: plan.configFolder, threshold: plan.threshold }, [words]);
    await requireAgreement(options, [`you are about to ${words}`]);
    using prepared = shares && (await splitRootKey(plan.configFolder, shares, { kind: 'new' }));
    const files = prepared && (await handOver(prepared, sharesFolder));
    const belongings = plan.custodians.length === 0 ? [] : holdCeremony({ ...options, ...plan });
    // Last: the sidecar takes what it finds.
    prepared?.commit();
    const texts = [keepText(belongings), sharesText(files ?? [])];
    const { configFolder: config, threshold } = plan;
    const made = {
      ...(belongings.length > 0 && { threshold, custodians: belongings }),
      ...(shares && { shares, files }),
    };
    await output.result({ config, ...made }, texts.filter((text) => text !== '').join('\n'));
    const rootKey = shares === undefined ? '' : ' --root-key-shares';
    output.note(`now start it: ferrohsm serve --config ${config}${rootKey}${webSocketFor(belongings)}`);
  }),
};

/** What is to be set up, once everything is checked that can be checked before. */
function planOf(options: InitOptions) {
  const { custodian = [], approvalKey = [], shares } = options;
  if (custodian.length === 0 && shares === undefined) {
    throw usageError('neither custodians nor shares', 'add --custodian NAME for each person, or --shares 3/5');
  }
  const policy = options.policy === undefined ? undefined : policyText(options.policy);
  const custodians = parseCustodians(custodian, approvalKey);
  const threshold = highestThreshold(policy ?? '');
  if (custodians.length > 0) requireQuorum(custodians, threshold);
  const configFolder = resolve(options.config);
  refuseExisting(configFolder);
  return { policy, custodians, threshold, configFolder, secretsFolder: resolve(options.secrets) };
}

function describePlan(
  { configFolder, custodians }: ReturnType<typeof planOf>,
  shares: ShareCounts | undefined,
): string {
  const governed = custodians.length === 0 ? '' : `, governed by ${custodians.map(({ id }) => id).join(', ')}`;
  const split = shares === undefined ? '' : `, opened by ${shares.threshold} of ${shares.count} shares`;
  return `${configFolder}${governed}${split}`;
}

/** Over the Unix socket a token does not stand in for a uid. */
function webSocketFor(belongings: readonly Belongings[]): string {
  return belongings.some(({ tokenFile }) => tokenFile !== undefined) ? ' --websocket 127.0.0.1:7420' : '';
}

/** Whoever asks cannot approve, so there must be one more than approve. */
function requireQuorum(custodians: readonly Custodian[], threshold: number): void {
  if (custodians.length > threshold) return;
  const needed = `${threshold + 1} custodians are needed: ${threshold} to approve what another one asks for`;
  throw usageError(needed, 'add --custodian NAME, or lower what the policies ask for');
}

function refuseExisting(configFolder: string): void {
  const existing = ['principals.json', 'policy.cedar'].find((name) => existsSync(join(configFolder, name)));
  if (existing === undefined) return;
  throw new CliError(6, `there is a configuration already: ${join(configFolder, existing)}`, 'choose another folder');
}

function keepText(belongings: readonly Belongings[]): string {
  if (belongings.length === 0) return '';
  return belongings
    .flatMap(({ id, keyId, keyFile, tokenFile }) => [
      `${id}:`,
      keyFile === undefined ? `  approves with the own key ${keyId}` : `  keep ${keyFile}: signs approvals as ${keyId}`,
      ...(tokenFile === undefined ? [] : [`  keep ${tokenFile}: logs in as ${id}, over WebSocket`]),
    ])
    .concat('Hand each file to its person and to nobody else, then delete it here.')
    .join('\n');
}
