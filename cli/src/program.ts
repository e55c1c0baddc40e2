import { Command } from 'commander';
import { addCommand, type CommandDescription } from './command.ts';
import { auditCheckpoint } from './commands/audit-checkpoint.ts';
import { auditKeys } from './commands/audit-keys.ts';
import { auditList } from './commands/audit-list.ts';
import { auditVerify } from './commands/audit-verify.ts';
import { decapsulate } from './commands/decapsulate.ts';
import { decrypt } from './commands/decrypt.ts';
import { discover } from './commands/discover.ts';
import { encapsulate } from './commands/encapsulate.ts';
import { encrypt } from './commands/encrypt.ts';
import { addHelpCommand, topicsText } from './commands/help.ts';
import { keyCreate } from './commands/key-create.ts';
import { keyList } from './commands/key-list.ts';
import { keyPublic } from './commands/key-public.ts';
import { keyRename } from './commands/key-rename.ts';
import { keyShow } from './commands/key-show.ts';
import { random } from './commands/random.ts';
import { serve } from './commands/serve.ts';
import { sign } from './commands/sign.ts';
import { status } from './commands/status.ts';
import { tokenCreate } from './commands/token-create.ts';
import { verify } from './commands/verify.ts';
import { whoami } from './commands/whoami.ts';
import { exitStatusTable } from './exit-status.ts';
import { version } from './generated/version.ts';
import { addConnectionOptions, addOutputOptions } from './global-options.ts';

const everyday: readonly CommandDescription[] = [sign, verify, encrypt, decrypt, encapsulate, decapsulate, random];
const keyCommands: readonly CommandDescription[] = [keyCreate, keyList, keyShow, keyPublic, keyRename];
const auditCommands: readonly CommandDescription[] = [auditVerify, auditKeys, auditCheckpoint, auditList];
const about: readonly CommandDescription[] = [status, whoami, discover];

/** The whole command line. Errors and help are thrown as CommanderError, never exited with. */
export function createProgram(): Command {
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
  addGroup(program, 'Sidecar:', [serve, ...about]);
  addGroup(program, 'Use of keys:', everyday);
  addGroup(program, 'Keys and log:', []);
  addCommands(
    program.command('key').helpCommand(false).description('Named keys: create, list, show, public, rename.'),
    keyCommands,
  );
  addCommands(
    program.command('audit').helpCommand(false).description('The transparency log: verify, keys, checkpoint, list.'),
    auditCommands,
  );
  addCommands(program.command('token').helpCommand(false).description('Bearer tokens: create.'), [tokenCreate]);
  addHelpCommand(program.commandsGroup('Help:'));
  return program;
}

function addGroup(program: Command, heading: string, descriptions: readonly CommandDescription[]): void {
  addCommands(program.commandsGroup(heading), descriptions);
}

function addCommands(parent: Command, descriptions: readonly CommandDescription[]): void {
  for (const description of descriptions) addCommand(parent, description);
}
