import type { Command } from 'commander';
import { version } from '../generated/version.ts';

/**
 * The manual page of a command (man(7)), from what its help says.
 *
 * @param path names from the program on: `['ferrohsm', 'key', 'create']`
 */
export function manPage(command: Command, path: readonly string[]): string {
  const help = command.createHelp();
  const name = path.join('-');
  const options = help.visibleOptions(command);
  const operands = help.visibleArguments(command).filter(({ description }) => description !== '');
  return [
    `.TH ${quoted(name.toUpperCase())} 1 "" ${quoted(`FerroHSM ${version}`)} "FerroHSM"`,
    section('NAME'),
    `${text(name)} \\- ${text(firstSentence(command.description()))}`,
    section('SYNOPSIS'),
    `.B ${text(help.commandUsage(command))}`,
    section('DESCRIPTION'),
    text(command.description()),
    ...listed('OPERANDS', operands, (operand) => [help.argumentTerm(operand), help.argumentDescription(operand)]),
    ...listed('COMMANDS', command.commands, (each) => [each.name(), each.description()]),
    ...listed('OPTIONS', options, (option) => [help.optionTerm(option), help.optionDescription(option)]),
    ...further(command),
    ...seeAlso(command, path),
    '',
  ].join('\n');
}

function listed<T>(heading: string, items: readonly T[], row: (item: T) => [term: string, about: string]): string[] {
  if (items.length === 0) return [];
  const rows = items.map(row).map(([term, about]) => `.TP\n.B ${text(term)}\n${text(about)}`);
  return [section(heading), ...rows];
}

/** What the help says behind its options: sections with a heading in capitals, their lines as they are. */
function further(command: Command): string[] {
  const parts: string[] = [];
  // What its types leave out.
  const help = command as Command & Pick<NodeJS.EventEmitter, 'emit'>;
  help.emit('afterHelp', { error: false, command, write: (part: string) => parts.push(part) });
  const sections: { readonly heading: string; readonly lines: string[] }[] = [];
  for (const line of parts.join('').trim().split('\n')) {
    const isHeading = /^[A-Z]{2}[A-Z ]+$/.test(line);
    if (isHeading) sections.push({ heading: line, lines: [] });
    else sections.at(-1)?.lines.push(line);
  }
  return sections.flatMap(({ heading, lines }) => [section(heading), '.EX', ...lines.map(text), '.EE']);
}

function seeAlso(command: Command, path: readonly string[]): string[] {
  const pages = [
    ...(path.length > 1 ? [path.slice(0, -1).join('-')] : []),
    ...command.commands.map((each) => [...path, each.name()].join('-')),
  ];
  if (pages.length === 0) return [];
  return [section('SEE ALSO'), pages.map((page) => `.BR ${text(page)} (1)`).join(' ,\n')];
}

function section(heading: string): string {
  return `.SH ${quoted(heading)}`;
}

function firstSentence(description: string): string {
  return (/^[^.:;]*/.exec(description)?.[0] ?? '').trim();
}

function quoted(word: string): string {
  return `"${text(word).replaceAll('"', '\\(dq')}"`;
}

/** A line that roff takes for no request, with its backslashes and hyphens as they are. */
function text(line: string): string {
  return line
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^(?=[.'])/gm, '\\&');
}
