import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Tests that take half a minute or more, the longest first: one of them at the end would keep one core waiting. */
const longest = [
  'test/cli/scripts-',
  'sidecar/src/audit/log-faults.test.ts',
  'sidecar/src/audit/log-crash.test.ts',
  'test/faults/crash.test.ts',
  'sidecar/src/keystore/turnover-killed.test.ts',
  'test/crash/',
  'test/memory/',
  'test/top/',
  'test/end-to-end/',
  'test/examples/',
  'test/faults/',
];

/** Begins with the longest tests; on a fresh checkout nobody has measured them yet. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((left, right) => rank(left) - rank(right));
  }
}

function rank({ moduleId }: TestSpecification): number {
  const found = longest.findIndex((path) => moduleId.includes(path));
  return found === -1 ? longest.length : found;
}
