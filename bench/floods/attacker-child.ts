/** The process of the attacker: floods as it is told, until it is told to stop. */
import type { Account, Order, Report } from './attacker.ts'
import { beginFlood } from './attacks/floods.ts'
import type { Flood } from './attacks/target.ts'

let flood: Flood | undefined
let cpuBefore = process.cpuUsage()

process.on('message', (order: Order) => {
  obey(order).catch((error: unknown) => {
    console.error(error)
    process.exit(1)
  })
})
// Connections that are cut off in the middle of everything are what attackers live with.
process.on('uncaughtException', () => undefined)
process.on('unhandledRejection', () => undefined)
// A benchmark that has failed ends without a word.
process.on('disconnect', () => process.exit())
tell({ kind: 'ready' })

async function obey(order: Order): Promise<void> {
  if (order.kind === 'begin') {
    cpuBefore = process.cpuUsage()
    flood = await beginFlood(order.flood, order.target, order.checkpoint)
    tell({ kind: 'ready' })
    return
  }
  const done = await flood?.stop()
  flood = undefined
  const { user, system } = process.cpuUsage(cpuBefore)
  const deeds: Account = {
    ...{ seconds: 0, sent: 0, identities: 0, cutOff: 0, ...done },
    cpuSeconds: (user + system) / 1e6,
  }
  tell({ kind: 'deeds', deeds })
}

function tell(report: Report): void {
  process.send?.(report)
}
