import type { Command } from 'commander';
import { manPage } from './man-page.ts';

/** A page for the program, one for each noun, and one for each command, by their names. */
export function manPages(program: Command): readonly (readonly [name: string, page: string])[] {
  return pagesOf(program, []);
}

function pagesOf(command: Command, above: readonly string[]): [name: string, page: string][] {
  const path = [...above, command.name()];
  return [[path.join('-'), manPage(command, path)], ...command.commands.flatMap((each) => pagesOf(each, path))];
}
