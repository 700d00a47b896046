/** Lies about blocks and about one's own chain. */
import type { Behaviour } from '../behaviour.ts'
import type { ModelBlock } from '../model-block.ts'
import type { ModelNode } from '../model-node.ts'
import type { ModelWorld } from '../model-world.ts'

/** A block is held back for so long at most. */
const WITHHELD_MS_MAX = 30_000
const FLOOD_MESSAGES = 10

/** Publishes its blocks late. */
export function withheldBlocks(): Behaviour {
  return {
    name: 'delay',
    onSealed(node, block) {
      node.clock.setTimer(node.rng.between(0, WITHHELD_MS_MAX), () => {
        node.publish({ kind: 'block', block })
      })
      return true
    },
  }
}

/** Builds a branch of its own and shows it all at once. */
export function privateMining(): Behaviour {
  const held: ModelBlock[] = []
  return {
    name: 'private-mining',
    onSealed(node, block) {
      held.push(block)
      if (held.length >= node.rng.integer(3, 30)) {
        for (const each of held.splice(0)) node.publish({ kind: 'block', block: each })
      }
      return true
    },
    status: (status) => ({ ...status, totalDifficulty: 0n }),
  }
}

/** Claims more work than there is, and a head that nobody has. */
export function fakeStatus(): Behaviour {
  return {
    name: 'lie-in-status',
    status: (status) => ({
      ...status,
      headHash: `0x${'fa'.repeat(32)}`,
      headNumber: status.headNumber + 1_000n,
      totalDifficulty: status.totalDifficulty * 100n,
      finalizedEpoch: status.finalizedEpoch + 100n,
    }),
  }
}

/** Serves the headers that it is asked for with other bodies. */
export function wrongBodies(): Behaviour {
  return {
    name: 'wrong-bodies',
    serve: (blocks) => blocks.map((block) => ({ ...block, body: block.body + 1 })),
  }
}

/** Seals blocks whose state is not what their header says, and does not take them itself. */
export function invalidBlocks(): Behaviour {
  return {
    name: 'invalid-blocks',
    onTick(node, world) {
      if (!node.rng.chance(0.2)) return
      const block = sealOn(node, world, false)
      node.publish({ kind: 'block', block })
    },
  }
}

/** Orphans, whose parents it does not serve. */
export function floods(): Behaviour {
  return {
    name: 'flood',
    onTick(node, world) {
      for (let i = 0; i < FLOOD_MESSAGES; i++) {
        const block = sealOn(node, world, false)
        const parentHash = `0x${(i + 1).toString(16).padStart(64, 'f')}` as const
        const hash = `0x${node.rng.u32().toString(16).padStart(64, 'e')}` as const
        const header = { ...block.header, parentHash, number: block.header.number + 50n }
        node.publish({ kind: 'block', block: { ...block, hash, header } })
      }
    },
    serve: () => [],
  }
}

function sealOn(node: ModelNode, world: ModelWorld, isSound: boolean): ModelBlock {
  const parent = node.chain.tree.head()
  const { hash: parentHash, gasLimit, baseFeePerGas } = parent
  return world.executor.seal(
    {
      ...{ parentHash, gasLimit, baseFeePerGas },
      coinbase: node.address,
      number: parent.number + 1n,
      timestamp: parent.timestamp + 1n,
      difficulty: parent.epochStart.difficulty,
      gasUsed: 0n,
      transactions: [],
    },
    isSound,
  )
}
