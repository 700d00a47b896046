/** `evm_mine_detailed`: the new blocks in full, with what each transaction returned. */
import type { NodeApi } from '../../node/api.ts'
import type { DevControls } from '../../node/dev/controls.ts'
import type { BlockSummary } from '../../node/events.ts'
import type { TraceOptions } from '../../node/execution/tracing/trace-options.ts'
import { withSignal } from '../dispatch/call-time.ts'
import { formatBlock } from '../format/block.ts'
import { type MethodTable, method, optional } from '../method.ts'
import type { NodeModules } from '../modules.ts'
import { named } from './aliases.ts'
import { mineOptions } from './mining.ts'

const TOP_CALL: TraceOptions = { tracer: 'callTracer', tracerConfig: { onlyTopCall: true } }

/** What is read of a call frame of that tracer. */
type TopCall = { readonly output?: string; readonly revertReason?: string }

export function mineDetailedMethods(
  dev: DevControls,
  { api, callTimeMs }: Pick<NodeModules, 'api' | 'callTimeMs'>,
): MethodTable {
  const mineDetailed = method({
    description: 'Makes a block at once; the new blocks with what their transactions returned',
    params: [optional('options', mineOptions, undefined)],
    isUntimed: true,
    handler: async ([options]) => {
      const { blocks = 1n, timestamp } = options ?? {}
      const mined = await dev.mine({ blocks, timestamp })
      return withSignal(callTimeMs, async (signal) => {
        const blocks: unknown[] = []
        for (const block of mined) blocks.push(await detailed(api, block, signal))
        return blocks
      })
    },
  })
  return named('mine_detailed', ['evm', 'anvil'], mineDetailed)
}

async function detailed(api: NodeApi, { hash }: BlockSummary, signal: AbortSignal) {
  const block = await api.chain.block(hash)
  // Gone already: somebody else went back.
  if (block === undefined) return null
  const json = formatBlock(block, true)
  if (block.transactions.length === 0) return json
  const traces = await api.trace.block(hash, TOP_CALL, { signal })
  const transactions = json.transactions.map((transaction, index) => {
    const { output = '0x', revertReason } = (traces[index]?.result ?? {}) as TopCall
    return Object.assign({}, transaction, revertReason && { revertReason }, { output })
  })
  return { ...json, transactions }
}
