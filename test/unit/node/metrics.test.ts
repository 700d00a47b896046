/** docs/metrics.md is written from what a running node registers. */
import { pino } from 'pino'
import { type MetricObject, Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { serve } from '../../../node/cli/serve.ts'
import { temporaryDirectory, testGenesis } from '../../support/chain-factory.ts'
import { ROOT } from '../../support/source-tree.ts'
import { MANUAL } from '../../support/test-node.ts'

const INTRO = `# Metrics

What a node tells Prometheus at \`GET /metrics\` on its JSON-RPC port. Units are suffixes:
\`_seconds\`, \`_bytes\`, \`_total\` for counts that only grow.

This file is generated: \`npx vitest run --project unit test/unit/node/metrics.test.ts -u\`.
`

const KINDS: Readonly<Record<string, string>> = {
  counter: 'counter',
  gauge: 'gauge',
  histogram: 'histogram',
  summary: 'summary',
}

describe('node / metrics', () => {
  it('docs/metrics.md lists the metrics as they are', async () => {
    const registry = new Registry()
    const served = await serve({
      node: {
        genesis: await testGenesis(),
        dataDir: await temporaryDirectory(),
        seal: MANUAL,
        p2p: { host: '127.0.0.1', port: 0, bootnodes: [] },
      },
      rpcPort: 0,
      registry,
      log: pino({ level: 'silent' }),
    })
    try {
      const rows = registry.getMetricsAsArray().map(formatRow).sort()
      const table = ['| Metric | Kind | Labels | Meaning |', '|---|---|---|---|', ...rows]
      const text = `${INTRO}\n${table.join('\n')}\n`
      await expect(text).toMatchFileSnapshot(`${ROOT}/docs/metrics.md`)
      const scraped = await (await fetch(`${served.rpcUrl}/metrics`)).text()
      for (const { name } of registry.getMetricsAsArray()) expect(scraped).toContain(name)
    } finally {
      await served.stop()
    }
  })
})

/** The type of a metric and its labels are fields that prom-client does not declare. */
type Described = MetricObject & { readonly labelNames?: readonly string[] }

function formatRow(metric: MetricObject): string {
  const { name, help, labelNames = [] } = metric as Described
  const kind = KINDS[metric.constructor.name.toLowerCase()] ?? metric.constructor.name
  return `| \`${name}\` | ${kind} | ${labelNames.join(', ')} | ${help} |`
}
