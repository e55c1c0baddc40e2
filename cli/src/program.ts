import { Command } from 'commander';
import { addCommand, type CommandDescription } from './command.ts';
import { approvalApprove } from './commands/approval-approve.ts';
import { approvalCancel } from './commands/approval-cancel.ts';
import { approvalDeny } from './commands/approval-deny.ts';
import { approvalList } from './commands/approval-list.ts';
import { approvalShow } from './commands/approval-show.ts';
import { approvalWait } from './commands/approval-wait.ts';
import { approverCreate } from './commands/approver-create.ts';
import { approverEnrol } from './commands/approver-enrol.ts';
import { approverRemove } from './commands/approver-remove.ts';
import { auditCheckpoint } from './commands/audit-checkpoint.ts';
import { auditConsistency } from './commands/audit-consistency.ts';
import { auditErase } from './commands/audit-erase.ts';
import { auditExport } from './commands/audit-export.ts';
import { auditGrep } from './commands/audit-grep.ts';
import { auditKeys } from './commands/audit-keys.ts';
import { auditList } from './commands/audit-list.ts';
import { auditProve } from './commands/audit-prove.ts';
import { auditPrune } from './commands/audit-prune.ts';
import { auditRotateKeys } from './commands/audit-rotate-keys.ts';
import { auditSetRetention } from './commands/audit-set-retention.ts';
import { auditShow } from './commands/audit-show.ts';
import { auditVerify } from './commands/audit-verify.ts';
import { auditVerifyProof } from './commands/audit-verify-proof.ts';
import { backupApproveRestore } from './commands/backup-approve-restore.ts';
import { backupCreate } from './commands/backup-create.ts';
import { backupCreateKey } from './commands/backup-create-key.ts';
import { backupList } from './commands/backup-list.ts';
import { backupRehearse } from './commands/backup-rehearse.ts';
import { backupRestore } from './commands/backup-restore.ts';
import { backupVerify } from './commands/backup-verify.ts';
import { batch } from './commands/batch.ts';
import { breakGlassList } from './commands/break-glass-list.ts';
import { breakGlassOpen } from './commands/break-glass-open.ts';
import { breakGlassReview } from './commands/break-glass-review.ts';
import { call } from './commands/call.ts';
import { completion } from './commands/completion.ts';
import { configCheck } from './commands/config-check.ts';
import { configInit } from './commands/config-init.ts';
import { configSchemaCommand } from './commands/config-schema.ts';
import { configShow } from './commands/config-show.ts';
import { configSign } from './commands/config-sign.ts';
import { dataKeyRewrapAll } from './commands/data-key-rewrap-all.ts';
import { decapsulate } from './commands/decapsulate.ts';
import { decrypt } from './commands/decrypt.ts';
import { discover } from './commands/discover.ts';
import { doctor } from './commands/doctor.ts';
import { encapsulate } from './commands/encapsulate.ts';
import { encrypt } from './commands/encrypt.ts';
import { fileDecrypt } from './commands/file-decrypt.ts';
import { fileEncrypt } from './commands/file-encrypt.ts';
import { fileRewrap } from './commands/file-rewrap.ts';
import { groupRemove } from './commands/group-remove.ts';
import { groupSet } from './commands/group-set.ts';
import { addHelpCommand, topicsText } from './commands/help.ts';
import { init } from './commands/init.ts';
import { inventory } from './commands/inventory.ts';
import { keyActivate } from './commands/key-activate.ts';
import { keyAssign } from './commands/key-assign.ts';
import { keyCancelDestruction } from './commands/key-cancel-destruction.ts';
import { keyCertificate } from './commands/key-certificate.ts';
import { keyCompromise } from './commands/key-compromise.ts';
import { keyCreate } from './commands/key-create.ts';
import { keyDeactivate } from './commands/key-deactivate.ts';
import { keyDestroy } from './commands/key-destroy.ts';
import { keyExport } from './commands/key-export.ts';
import { keyGrant } from './commands/key-grant.ts';
import { keyHold } from './commands/key-hold.ts';
import { keyImport } from './commands/key-import.ts';
import { keyLiftHold } from './commands/key-lift-hold.ts';
import { keyLimit } from './commands/key-limit.ts';
import { keyList } from './commands/key-list.ts';
import { keyPrepareImport } from './commands/key-prepare-import.ts';
import { keyPublic } from './commands/key-public.ts';
import { keyRename } from './commands/key-rename.ts';
import { keyResume } from './commands/key-resume.ts';
import { keyRetain } from './commands/key-retain.ts';
import { keyRevokeGrant } from './commands/key-revoke-grant.ts';
import { keyRollback } from './commands/key-rollback.ts';
import { keyRotate } from './commands/key-rotate.ts';
import { keyShow } from './commands/key-show.ts';
import { keySuspend } from './commands/key-suspend.ts';
import { keyUnfreeze } from './commands/key-unfreeze.ts';
import { keyUpdate } from './commands/key-update.ts';
import { keyUsage } from './commands/key-usage.ts';
import { keystoreRotate } from './commands/keystore-rotate.ts';
import { keystoreVerify } from './commands/keystore-verify.ts';
import { pkcs11ObjectsList } from './commands/pkcs11-objects-list.ts';
import { pkcs11ObjectsRemove } from './commands/pkcs11-objects-remove.ts';
import { pkcs11Serve } from './commands/pkcs11-serve.ts';
import { pkcs11Setup } from './commands/pkcs11-setup.ts';
import { policyCheck } from './commands/policy-check.ts';
import { policyExplain } from './commands/policy-explain.ts';
import { policyHistory } from './commands/policy-history.ts';
import { policyLoad } from './commands/policy-load.ts';
import { policyProfile } from './commands/policy-profile.ts';
import { policyRollback } from './commands/policy-rollback.ts';
import { policyShow } from './commands/policy-show.ts';
import { policySimulate } from './commands/policy-simulate.ts';
import { principalList } from './commands/principal-list.ts';
import { principalRemove } from './commands/principal-remove.ts';
import { principalSet } from './commands/principal-set.ts';
import { principalShow } from './commands/principal-show.ts';
import { probe } from './commands/probe.ts';
import { profileList } from './commands/profile-list.ts';
import { profileRemove } from './commands/profile-remove.ts';
import { profileSet } from './commands/profile-set.ts';
import { random } from './commands/random.ts';
import { retentionList } from './commands/retention-list.ts';
import { retentionRemove } from './commands/retention-remove.ts';
import { retentionSet } from './commands/retention-set.ts';
import { rootKeyRenew } from './commands/root-key-renew.ts';
import { rootKeyReshare } from './commands/root-key-reshare.ts';
import { rootKeyRotate } from './commands/root-key-rotate.ts';
import { rootKeySplit } from './commands/root-key-split.ts';
import { rotationList } from './commands/rotation-list.ts';
import { rotationRemove } from './commands/rotation-remove.ts';
import { rotationSet } from './commands/rotation-set.ts';
import { seal } from './commands/seal.ts';
import { serve } from './commands/serve.ts';
import { sessionList } from './commands/session-list.ts';
import { sessionRevoke } from './commands/session-revoke.ts';
import { sign } from './commands/sign.ts';
import { status } from './commands/status.ts';
import { tokenCreate } from './commands/token-create.ts';
import { tokenInvite } from './commands/token-invite.ts';
import { tokenRegister } from './commands/token-register.ts';
import { tokenRevoke } from './commands/token-revoke.ts';
import { top } from './commands/top.ts';
import { unseal } from './commands/unseal.ts';
import { verify } from './commands/verify.ts';
import { whoami } from './commands/whoami.ts';
import { witnessCreateKey } from './commands/witness-create-key.ts';
import { witnessKeys } from './commands/witness-keys.ts';
import { witnessServe } from './commands/witness-serve.ts';
import { exitStatusTable } from './exit-status.ts';
import { version } from './generated/version.ts';
import { addConnectionOptions, addOutputOptions } from './global-options.ts';

const everyday: readonly CommandDescription[] = [sign, verify, encrypt, decrypt, encapsulate, decapsulate, random];
const about: readonly CommandDescription[] = [status, top, probe, doctor, whoami, discover, call];

/** Commands below a noun, in the order of the help. */
interface Noun {
  readonly name: string;
  readonly about: string;
  readonly commands: readonly CommandDescription[];
  readonly nouns?: readonly Noun[];
}

const places: readonly Noun[] = [
  {
    name: 'config',
    about: 'The configuration of "serve"',
    commands: [configInit, configCheck, configShow, configSign, configSchemaCommand],
  },
];

const things: readonly Noun[] = [
  {
    name: 'key',
    about: 'Named keys',
    commands: [
      keyCreate,
      keyImport,
      keyPrepareImport,
      keyList,
      keyShow,
      keyUsage,
      keyPublic,
      keyRename,
      keyUpdate,
      keyAssign,
      keyRotate,
      keyRollback,
      keyActivate,
      keySuspend,
      keyResume,
      keyDeactivate,
      keyCompromise,
      keyDestroy,
      keyCancelDestruction,
      keyCertificate,
      keyRetain,
      keyHold,
      keyLiftHold,
      keyExport,
      keyGrant,
      keyRevokeGrant,
      keyLimit,
      keyUnfreeze,
    ],
  },
  { name: 'keystore', about: 'Where keys lie sealed', commands: [keystoreVerify, keystoreRotate] },
  {
    name: 'retention',
    about: 'How long keys are kept after their use',
    commands: [retentionList, retentionSet, retentionRemove],
  },
  {
    name: 'rotation',
    about: 'When next versions are made by themselves',
    commands: [rotationList, rotationSet, rotationRemove],
  },
  { name: 'data-key', about: 'Data keys that applications keep', commands: [dataKeyRewrapAll] },
  {
    name: 'pkcs11',
    about: 'Applications that know PKCS#11',
    commands: [pkcs11Serve, pkcs11Setup],
    nouns: [
      {
        name: 'objects',
        about: 'What applications store that is no key',
        commands: [pkcs11ObjectsList, pkcs11ObjectsRemove],
      },
    ],
  },
  { name: 'file', about: 'Files of any length', commands: [fileEncrypt, fileDecrypt, fileRewrap] },
  {
    name: 'audit',
    about: 'The transparency log',
    commands: [
      auditVerify,
      auditKeys,
      auditCheckpoint,
      auditConsistency,
      auditProve,
      auditVerifyProof,
      auditList,
      auditShow,
      auditGrep,
      auditExport,
      auditRotateKeys,
      auditSetRetention,
      auditPrune,
      auditErase,
    ],
  },
  {
    name: 'backup',
    about: 'Backups of the whole sidecar',
    commands: [
      backupCreateKey,
      backupCreate,
      backupList,
      backupVerify,
      backupRehearse,
      backupRestore,
      backupApproveRestore,
    ],
  },
  {
    name: 'root-key',
    about: 'The root key and its shares',
    commands: [rootKeyRotate, rootKeySplit, rootKeyReshare, rootKeyRenew],
  },
  { name: 'witness', about: 'Cosigning of logs', commands: [witnessCreateKey, witnessKeys, witnessServe] },
];

const people: readonly Noun[] = [
  {
    name: 'approval',
    about: 'Operations that wait for people',
    commands: [approvalList, approvalShow, approvalApprove, approvalDeny, approvalCancel, approvalWait],
  },
  { name: 'approver', about: 'Keys that approve', commands: [approverCreate, approverEnrol, approverRemove] },
  {
    name: 'policy',
    about: 'Who may do what',
    commands: [
      policyCheck,
      policyProfile,
      policyShow,
      policyLoad,
      policyExplain,
      policySimulate,
      policyHistory,
      policyRollback,
    ],
  },
  {
    name: 'principal',
    about: 'Persons and workloads',
    commands: [principalList, principalShow, principalSet, principalRemove],
  },
  { name: 'group', about: 'Groups of principals', commands: [groupSet, groupRemove] },
  { name: 'token', about: 'Bearer tokens', commands: [tokenCreate, tokenInvite, tokenRegister, tokenRevoke] },
  { name: 'profile', about: 'Ways to sidecars', commands: [profileSet, profileList, profileRemove] },
  { name: 'session', about: 'Open connections', commands: [sessionList, sessionRevoke] },
  { name: 'break-glass', about: 'Emergency sessions', commands: [breakGlassOpen, breakGlassList, breakGlassReview] },
];

/**
 * The whole command line. Errors and help are thrown as CommanderError, never exited with.
 *
 * @param words that it will be given: commands below nouns that they do not name are left out, which saves their time;
 *   default: nothing is left out
 */
export function createProgram(words?: readonly string[]): Command {
  const program = new Command('ferrohsm')
    .description('A software HSM: keys live in a sidecar, applications use them through WebCrypto.')
    .version(version, '--version', 'print the version')
    .helpOption('--help', 'show the help')
    .enablePositionalOptions()
    .exitOverride()
    // The failure that is thrown says the same, with the program's prefix and a hint.
    .configureOutput({ outputError: () => undefined })
    .addHelpText('after', `\n${exitStatusTable()}\n\n${topicsText}`);
  addOutputOptions(addConnectionOptions(program.optionsGroup('Global options:')));
  addGroup(program, 'Sidecar:', [init, serve, unseal, seal, ...about, batch(createProgram)]);
  addNouns(program, places, words);
  addGroup(program, 'Use of keys:', everyday);
  addNouns(program.commandsGroup('Keys and log:'), things, words);
  addGroup(program, 'Keys and log:', [inventory]);
  addNouns(program.commandsGroup('People and rules:'), people, words);
  addHelpCommand(program.commandsGroup('Help:'));
  addCommands(program, [completion(createProgram)]);
  return program;
}

function addGroup(program: Command, heading: string, descriptions: readonly CommandDescription[]): void {
  addCommands(program.commandsGroup(heading), descriptions);
}

function addNouns(program: Command, nouns: readonly Noun[], words: readonly string[] | undefined): void {
  for (const { name, about, commands, nouns: below = [] } of nouns) {
    const verbs = [...commands.map(({ usage }) => usage.split(' ')[0]), ...below.map((each) => each.name)].join(', ');
    const noun = program.command(name).helpCommand(false).description(`${about}: ${verbs}.`);
    if (words !== undefined && !words.includes(name)) continue;
    addCommands(noun, commands);
    addNouns(noun, below, words);
  }
}

function addCommands(parent: Command, descriptions: readonly CommandDescription[]): void {
  for (const description of descriptions) addCommand(parent, description);
}
