import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { createProgram } from './program.ts';

/** Every command that does something. */
function leaves(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

const commands = leaves(createProgram()).filter((command) => command.name() !== 'help');

test.each(commands.map((command) => [pathOf(command), command] as const))('%s explains itself', (path, command) => {
  let help = '';
  command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
  expect(command.description()).toMatch(/\.$/);
  const examples = help.slice(help.indexOf('\nEXAMPLES\n'));
  expect(examples).toContain(`${path} `.trim());
  expect(help).toContain('--json');
});
