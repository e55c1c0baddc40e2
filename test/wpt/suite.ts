import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One test file of the suite in one of its variants; runs in a process of its own. */
export interface Job {
  /** Path below the suite's root. */
  readonly file: string;
  /** Query string that selects a part of the file; empty for the whole. */
  readonly variant: string;
}

export const howToGetTheSuite = `WPT_ROOT must name a checkout of web-platform-tests (WebCryptoAPI, resources, common, interfaces)
hint: on Debian, test/wpt/prepare-debian.sh FOLDER brings the pinned one; then WPT_ROOT=FOLDER/wpt`;

/** The folder that `WPT_ROOT` names, if it holds the suite. */
export function suiteRoot({ WPT_ROOT: root }: NodeJS.ProcessEnv = process.env): string | undefined {
  if (root === undefined) return undefined;
  const parts = ['resources/testharness.js', 'WebCryptoAPI'];
  return parts.every((part) => existsSync(join(root, part))) ? root : undefined;
}

/** The jobs whose file name contains one of `only`; all of them where none is named. Files that need a DOM (`*.window.js`, `*.html`) are left out. */
export function findJobs(root: string, only: readonly string[]): Job[] {
  const files = globSync('WebCryptoAPI/**/*.any.js', { cwd: root }).sort();
  return files
    .filter((file) => only.length === 0 || only.some((part) => file.includes(part)))
    .flatMap((file) => variantsOf(join(root, file)).map((variant) => ({ file, variant })));
}

function variantsOf(path: string): string[] {
  const declared = [...readFileSync(path, 'utf8').matchAll(/^\/\/ META: variant=(.*)$/gm)];
  return declared.length === 0 ? [''] : declared.map(([, variant = '']) => variant.trim());
}
