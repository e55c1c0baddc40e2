import { readFileSync, writeFileSync } from 'node:fs';
import { createProgram } from '../cli/src/program.ts';
import { commandPage } from './command-reference/page.ts';

/** Writes `docs/commands.md`. */
const introduction = readFileSync(new URL('command-reference/introduction.md', import.meta.url), 'utf8');

writeFileSync(new URL('../docs/commands.md', import.meta.url), commandPage(introduction, createProgram()));
