import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { TestProject } from 'vitest/node';
import { countOf } from './count.ts';

/** Vectors that may be skipped: reason, title of the section, group, number of vectors. */
export type KnownSkips = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, number>>>>>>;

export function readKnownSkips(): KnownSkips {
  return JSON.parse(readFileSync(new URL('known-skips.json', import.meta.url), 'utf8')) as KnownSkips;
}

/**
 * The skipped tests must be exactly the known ones; answers what is different.
 *
 * @param found full names of the tests that were skipped
 * @param isWhole everything ran, so that a known skip has to be among them
 */
export function checkSkips(found: readonly string[], known: KnownSkips, isWhole: boolean): string[] {
  const names = namesOf(known);
  const unexplained = found.filter((name) => !names.includes(name));
  const missing = isWhole ? names.filter((name) => !found.includes(name)) : [];
  return [
    ...unexplained.map((name) => `skipped, but not in known-skips.json: ${name}`),
    ...missing.map((name) => `in known-skips.json, but not skipped: ${name}`),
  ];
}

function namesOf(known: KnownSkips): string[] {
  return Object.entries(known).flatMap(([reason, sections]) =>
    Object.entries(sections).flatMap(([title, groups]) =>
      Object.entries(groups).map(([group, count]) => `${title} > ${group}: ${countOf(count)}: ${reason}`),
    ),
  );
}

/**
 * Looks at every test of the run, however it came to be skipped.
 *
 * @throws Error that names each difference; vitest then ends with 1
 */
export function requireKnownSkips({ vitest }: TestProject): void {
  // A pattern for names skips all others.
  if (vitest.config.testNamePattern !== undefined) return;
  const modules = vitest.state.getTestModules();
  const found = modules.flatMap(({ children }) => [...children.allTests('skipped')].map(({ fullName }) => fullName));
  const ran = new Set(modules.map(({ moduleId }) => basename(moduleId)));
  const isWhole = globSync('*.test.ts', { cwd: import.meta.dirname }).every((file) => ran.has(file));
  const differences = checkSkips(found, readKnownSkips(), isWhole);
  if (differences.length > 0) throw new Error(`skips are not the known ones:\n${differences.join('\n')}`);
  console.log(`${found.length} groups skipped, each with its reason in test/vectors/known-skips.json`);
}
