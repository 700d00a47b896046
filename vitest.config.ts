import { defineConfig } from 'vitest/config'

/** One project a kind of test; `unit` and `tidy` are what `npm run check` runs. */
const project = (name: string, include: string[], testTimeout: number) => ({
  test: { name, include, testTimeout, hookTimeout: testTimeout, pool: 'forks' as const },
})

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      project('unit', ['test/unit/**/*.test.ts', 'test/tidy.test.ts'], 60_000),
      // Whole networks in virtual time.
      project('sim', ['test/sim/**/*.test.ts'], 300_000),
      project('spec', ['test/spec/**/*.test.ts'], 120_000),
      project('fuzz', ['test/fuzz/**/*.test.ts'], 300_000),
      project('e2e', ['test/e2e/**/*.test.ts'], 300_000),
    ],
  },
})
