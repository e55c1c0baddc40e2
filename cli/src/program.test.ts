import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { effectOf } from './command.ts';
import { createProgram } from './program.ts';

/** Every command that does something. */
function leaves(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

const commands = leaves(createProgram()).filter((command) => command.name() !== 'help');

describe.each(commands.map((command) => [pathOf(command), command] as const))('%s', (path, command) => {
  const options = command.options.map(({ long }) => long);

  test('explains itself, with an example', () => {
    let help = '';
    command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
    expect(command.description()).toMatch(/\.$/);
    expect(help.slice(help.indexOf('\nEXAMPLES\n'))).toContain(`${path} `.trim());
  });

  test('says where its result goes as the others do', () => {
    expect(options).toEqual(expect.arrayContaining(['--json', '--output', '--quiet', '--no-color', '--force']));
    expect(options).toEqual([...new Set(options)]);
  });

  test('can be tried, and agreed to in advance, where it changes something', () => {
    const effect = effectOf(command);
    expect(options.includes('--dry-run')).toBe(effect !== undefined || path === 'ferrohsm batch');
    if (effect === 'weighty') expect(options).toContain('--yes');
  });
});
