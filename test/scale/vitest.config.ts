import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/scale/*.test.ts'],
    testTimeout: 3_600_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 1,
  },
});
