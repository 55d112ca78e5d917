import { defineConfig } from 'vitest/config';

/** Tests that are nothing but long: a million draws, days of health, whole worlds, kills at many moments, reloads under queries. */
export default defineConfig({
  test: {
    include: ['test/long/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 30_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
