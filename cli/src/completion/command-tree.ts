import type { Command, Option } from 'commander';
import { algorithmNames } from '../algorithm-names.ts';

/** What may stand behind an option. */
export type OptionValue =
  /** Nothing: it is a switch. */
  | { readonly kind: 'none' }
  | { readonly kind: 'file' }
  /** Anything that a shell cannot know. */
  | { readonly kind: 'text' }
  | { readonly kind: 'choice'; readonly choices: readonly string[] };

export interface OptionEntry {
  /** With its dashes. */
  readonly name: string;
  readonly summary: string;
  readonly value: OptionValue;
}

export interface WordEntry {
  readonly name: string;
  readonly summary: string;
}

/** One command with what may follow it. */
export interface CommandEntry {
  /** Names below the program: `key create`; empty for the program itself. */
  readonly path: string;
  readonly subcommands: readonly WordEntry[];
  readonly options: readonly OptionEntry[];
  /** An operand is a file. */
  readonly takesFile: boolean;
}

/** Names of operands and of values of options that are files or folders. */
const fileNames = /^(file|path|folder|log)s?$/;

/** Every command of the program, the program itself first. */
export function commandTree(program: Command): CommandEntry[] {
  return entriesOf(program, []);
}

function entriesOf(command: Command, path: readonly string[]): CommandEntry[] {
  const entry: CommandEntry = {
    path: path.join(' '),
    subcommands: command.commands.map((each) => ({ name: each.name(), summary: firstSentence(each.description()) })),
    options: command.createHelp().visibleOptions(command).flatMap(optionEntries),
    takesFile: command.registeredArguments.some((argument) => fileNames.test(argument.name())),
  };
  return [entry, ...command.commands.flatMap((each) => entriesOf(each, [...path, each.name()]))];
}

function optionEntries(option: Option): OptionEntry[] {
  const { long, description } = option;
  return long === undefined || long === null
    ? []
    : [{ name: long, summary: firstSentence(description), value: valueBehind(option) }];
}

function valueBehind({ required, optional, argChoices, flags, long }: Option): OptionValue {
  if (!required && !optional) return { kind: 'none' };
  if (argChoices !== undefined) return { kind: 'choice', choices: argChoices };
  // A newer sidecar may have others: these are offered, and no other is refused.
  if (long === '--algorithm') return { kind: 'choice', choices: algorithmNames };
  const name = /[<[]([a-z-]+)/i.exec(flags)?.[1]?.toLowerCase() ?? '';
  return { kind: fileNames.test(name) ? 'file' : 'text' };
}

/** Up to the first full stop, colon or semicolon: menus of shells are narrow. */
function firstSentence(text: string): string {
  return (/^[^.:;]*/.exec(text)?.[0] ?? '').trim();
}

/** The commands of which an operand is a file, a dot between their names. */
export function fileCommands(tree: readonly CommandEntry[]): string {
  return tree
    .filter(({ takesFile }) => takesFile)
    .map(({ path }) => path.replaceAll(' ', '.'))
    .join(' ');
}
