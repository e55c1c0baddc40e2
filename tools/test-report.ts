import { readFileSync } from 'node:fs';

/** What vitest's JSON reporter says of a run, as far as it matters here. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    /** Path of the file. */
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

export interface TestRun {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Files with a failed test, and those that could not run. */
  readonly failedFiles: readonly string[];
  /** File and name of each failed test. */
  readonly failedTests: readonly string[];
}

/**
 * Reads the report of one run. A run that ends badly without a failed test (a crashed worker, no test found) counts as a
 * failure all the same.
 */
export function readTestRun(file: string, status: number | null): TestRun {
  const report = readReport(file);
  const failedResults = report.testResults.filter((result) => result.status !== 'passed');
  const isUnexplained = status !== 0 && report.numFailedTests === 0;
  return {
    passed: report.numPassedTests,
    failed: isUnexplained ? 1 : report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
    failedFiles: failedResults.map(({ name }) => name),
    failedTests: failedResults.flatMap(({ name, assertionResults }) =>
      assertionResults.filter((one) => one.status === 'failed').map(({ fullName }) => `${name}: ${fullName}`),
    ),
  };
}

function readReport(file: string): Report {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Report;
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] };
  }
}
