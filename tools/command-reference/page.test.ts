import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { commandLines } from '../../cli/src/batch/command-lines.ts';
import { createProgram } from '../../cli/src/program.ts';
import { commandPage, examplesOf } from './page.ts';

type Program = ReturnType<typeof createProgram>;

const page = readFileSync(new URL('../../docs/commands.md', import.meta.url), 'utf8');
const introduction = readFileSync(new URL('introduction.md', import.meta.url), 'utf8');

test('docs/commands.md is what the program declares: npm run build writes it', () => {
  expect(commandPage(introduction, createProgram())).toBe(page);
});

test('nothing is left to be filled in, and each link leads to a page', () => {
  expect(page).not.toContain('<!--');
  for (const [, target = ''] of page.matchAll(/\]\(([^)#]+)/g)) {
    expect(readFileSync(new URL(`../../docs/${target}`, import.meta.url), 'utf8')).not.toBe('');
  }
});

function leaves(command: Program): Program[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
}

function withoutActions(command: Program): Program {
  for (const each of leaves(command)) each.action(() => undefined);
  return command;
}

/** The commands of ferrohsm in lines of a shell, without what is around them there. */
function commandsIn(script: string): string {
  const whole = script.replaceAll('\\\n', ' ').replaceAll(/ \d[<>].*$/gm, '');
  return [...whole.matchAll(/(?<=^|[(|;{]|&&|\$\()\s*ferrohsm [^|;&><(){}\n]*/gm)].map(([line]) => line).join('\n');
}

describe.each(leaves(createProgram()).map((command) => [command.name(), command] as const))('%s', (name, command) => {
  test.skipIf(name === 'help')('the examples of its help are written rightly', async () => {
    const lines = commandLines(name, commandsIn(examplesOf(command)));
    expect(lines.length).toBeGreaterThan(0);
    for (const { words } of lines) await withoutActions(createProgram(words)).parseAsync(words, { from: 'user' });
  });
});
