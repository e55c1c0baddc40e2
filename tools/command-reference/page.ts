import { effectOf } from '../../cli/src/command.ts';
import { environmentText } from '../../cli/src/commands/help.ts';
import { exitStatuses } from '../../cli/src/exit-status.ts';
import type { createProgram } from '../../cli/src/program.ts';

type Program = ReturnType<typeof createProgram>;
type ProgramOption = Program['options'][number];

/** So many commands have an option, and it is not said again with each. */
const many = 10;

/** The page of all commands: what is written by hand, with what the program declares in its places. */
export function commandPage(introduction: string, program: Program): string {
  const parts: Readonly<Record<string, string>> = {
    'global options': optionTable(program, globalOptions(program)),
    'common options': optionTable(program, commonOptions(program)),
    asking: askingList(program),
    'exit statuses': exitStatusTable(),
    environment: `\`\`\`\n${environmentText.split('\n').slice(1).join('\n').replaceAll(/^ {2}/gm, '')}\n\`\`\``,
    commands: sections(program).join('\n\n'),
  };
  return introduction.replaceAll(/<!-- (.*) -->/g, (place, name: string) => parts[name] ?? place);
}

function globalOptions({ options }: Program): readonly ProgramOption[] {
  return options.filter(({ long }) => long !== '--version');
}

/** Options that many commands have in the same words: they are said once. */
function commonOptions(program: Program): readonly ProgramOption[] {
  const global = new Set(globalOptions(program).map(({ long }) => long));
  const all = leavesBelow(program, []).flatMap(([, command]) => command.options);
  const counts = Map.groupBy(all, sameness);
  const common = [...counts.values()]
    .filter((options) => options.length >= many)
    .flatMap((options) => options.slice(0, 1));
  return common.filter(({ long }) => !global.has(long));
}

function sameness({ flags, description }: ProgramOption): string {
  return `${flags}: ${description}`;
}

function exitStatusTable(): string {
  const rows = [...exitStatuses].map(([status, meaning]) => `| ${status} | ${meaning} |`);
  return ['| status | means |', '| --- | --- |', ...rows].join('\n');
}

function askingList(program: Program): string {
  const asking = leavesBelow(program, []).filter(([, command]) => effectOf(command) === 'weighty');
  return asking.map(([path]) => `\`${path}\``).join(', ');
}

function leavesBelow(command: Program, above: readonly string[]): (readonly [path: string, command: Program])[] {
  return command.commands.flatMap((each) => {
    const path = [...above, each.name()];
    return each.commands.length === 0 ? [[path.join(' '), each] as const] : leavesBelow(each, path);
  });
}

/** Commands of the program first, then each noun with its own. */
function sections(program: Program): string[] {
  const direct = program.commands.filter((command) => command.commands.length === 0 && command.name() !== 'help');
  const nouns = program.commands.filter(({ commands }) => commands.length > 0);
  const global = new Set(program.options.map(({ long }) => long));
  const common = new Set(commonOptions(program).map(sameness));
  const written = (command: Program, path: string) => {
    const options = command.options.filter(({ long }) => !global.has(long));
    const [said, own] = [
      options.filter((each) => common.has(sameness(each))),
      options.filter((each) => !common.has(sameness(each))),
    ];
    return section(command, path, own, said);
  };
  return [
    ...direct.map((command) => written(command, command.name())),
    ...nouns.flatMap((noun) => [
      `### ferrohsm ${noun.name()}\n\n${noun.description()}`,
      ...leavesBelow(noun, [noun.name()]).map(([path, command]) => written(command, path)),
    ]),
  ];
}

/**
 * @param own options that only some commands have
 * @param common those that are said above
 */
function section(
  command: Program,
  path: string,
  own: readonly ProgramOption[],
  common: readonly ProgramOption[],
): string {
  const usage = command.createHelp().commandUsage(command).replaceAll(' [options]', '');
  const also = common.map(({ flags }) => `\`${flags}\``).join(', ');
  return [
    `${path.includes(' ') ? '####' : '###'} ferrohsm ${path}`,
    command.description(),
    `\`${usage}\`${also === '' ? '' : `, and ${also}`}`,
    ...(own.length === 0 ? [] : [optionTable(command, own)]),
    `\`\`\`\n${examplesOf(command)}\n\`\`\``,
  ].join('\n\n');
}

function optionTable(command: Program, options: readonly ProgramOption[]): string {
  const help = command.createHelp();
  const rows = options.map((option) => `| \`${help.optionTerm(option)}\` | ${cell(help.optionDescription(option))} |`);
  return ['| option | means |', '| --- | --- |', ...rows].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

/** What the help says behind its options, without indentation. */
export function examplesOf(command: Program): string {
  const help = command as Program & Pick<NodeJS.EventEmitter, 'emit'>;
  let text = '';
  const write = (part: string) => {
    text += part;
  };
  help.emit('afterHelp', { error: false, command, write });
  const [, examples = ''] = /EXAMPLES\n([\s\S]*?)\n\nExit statuses/.exec(text) ?? [];
  return examples.replaceAll(/^ {2}/gm, '');
}
