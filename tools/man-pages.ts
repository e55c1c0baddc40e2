import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { manPages } from '../cli/src/man/man-pages.ts';
import { createProgram } from '../cli/src/program.ts';

/** Writes `cli/man`, which the package of the command brings along. */
const folder = new URL('../cli/man/', import.meta.url);

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const [name, page] of manPages(createProgram())) writeFileSync(new URL(`${name}.1`, folder), page);
