import { defineConfig } from 'vitest/config'

/** One project a kind of test; `unit` and `tidy` are what `npm run check` runs. */
const project = (
  name: string,
  include: string[],
  testTimeout: number,
  more: {
    readonly isolate?: boolean
    readonly globalSetup?: string
    readonly env?: Record<string, string>
  } = {},
) => ({
  test: { name, include, testTimeout, hookTimeout: testTimeout, pool: 'forks' as const, ...more },
})

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      // Files share a process and what it has loaded: loading took a third of the time.
      project('unit', ['test/unit/**/*.test.ts', 'test/tidy.test.ts'], 120_000, {
        isolate: false,
      }),
      // Whole networks in virtual time.
      project('sim', ['test/sim/**/*.test.ts'], 300_000),
      project('spec', ['test/spec/**/*.test.ts'], 120_000),
      project('fuzz', ['test/fuzz/**/*.test.ts'], 300_000),
      project('e2e', ['test/e2e/**/*.test.ts'], 300_000),
      // Needs the packages of test/clients/package.json: `npm run test:clients`.
      project('clients', ['test/clients/*.test.ts'], 120_000, {
        globalSetup: 'test/clients/support/compile-till.ts',
        // It runs beside `e2e`: test/support/free-ports.ts.
        env: { HANZO_TEST_PORTS_FROM: '27000' },
      }),
    ],
  },
})
