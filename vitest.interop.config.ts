import { defineConfig } from 'vitest/config';

/** Tests that drive programs which are not ours. One file at a time: the demo has fixed ports. */
export default defineConfig({
  test: {
    include: ['test/interop/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 90_000,
    pool: 'forks',
    fileParallelism: false,
  },
});
