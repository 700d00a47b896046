/**
 * `npm run bench [-- NAME...]`: runs the named benchmarks, or all, one after the other, prints
 * their figures and keeps them in `bench/results/`.
 */
import { ROOT } from '../test/support/source-tree.ts'
import { benchCalls } from './calls.ts'
import { benchDevnet } from './devnet.ts'
import { benchExecution } from './execution.ts'
import { benchFloods } from './floods.ts'
import { benchGpu } from './gpu.ts'
import { type Bench, type BenchRow, describeMachine, printRow, saveRows } from './report.ts'
import { benchRpc } from './rpc.ts'
import { benchSimulator } from './simulator.ts'
import { benchSync } from './sync.ts'
import { benchSyncScale } from './sync-scale.ts'
import { benchThroughput } from './throughput.ts'

const BENCHES: readonly Bench[] = [
  { name: 'gpu', about: 'verifying a proof; MAC/s of each kernel and backend', run: benchGpu },
  { name: 'execution', about: 'executing and building blocks on level', run: benchExecution },
  { name: 'calls', about: 'stalls by calls and blocks of dear precompiles', run: benchCalls },
  { name: 'sync', about: 'importing a chain from a peer', run: benchSync },
  { name: 'sync-scale', about: 'importing 20,000 blocks, certified or not', run: benchSyncScale },
  { name: 'floods', about: 'imports and latencies under seven floods', run: benchFloods },
  { name: 'sim', about: 'seeds of the simulator, tiers 0 and 1', run: benchSimulator },
  { name: 'throughput', about: 'transfers included over JSON-RPC', run: benchThroughput },
  { name: 'rpc', about: 'reads over JSON-RPC, beside Anvil', run: benchRpc },
  { name: 'devnet', about: 'cold start, rhythm and memory of four validators', run: benchDevnet },
]

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !BENCHES.some((bench) => bench.name === name))
if (unknown.length > 0) {
  const list = BENCHES.map(({ name, about }) => `  ${name.padEnd(12)} ${about}`).join('\n')
  console.error(`No benchmark ${unknown.join(', ')}. There are:\n${list}`)
  process.exit(2)
}
console.log(JSON.stringify(describeMachine()))
for (const bench of BENCHES) {
  if (asked.length > 0 && !asked.includes(bench.name)) continue
  const rows: BenchRow[] = []
  await bench.run((row) => {
    rows.push(row)
    printRow(row)
  })
  console.log(`kept in ${saveRows(ROOT, bench.name, rows)}`)
}
process.exit(0)
