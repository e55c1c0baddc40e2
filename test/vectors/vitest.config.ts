import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/vectors/*.test.ts'],
    globalSetup: 'test/vectors/stage.ts',
    testTimeout: 180_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
    // The tallies are for the reader of the run.
    disableConsoleIntercept: true,
  },
});
