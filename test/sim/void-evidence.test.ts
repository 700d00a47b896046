/**
 * A validator gives itself up with two votes that are too old to be punished, and then lies: it is
 * slashed all the same.
 */
import { describe, expect, it } from 'vitest'
import { encodeEvidence } from '../../consensus/finality/codec/finality-codec.ts'
import type { Evidence } from '../../consensus/finality/types.ts'
import type { Hash } from '../../consensus/types.ts'
import { readValidators } from '../../node/finality/validator-view.ts'
import { signVote } from '../../node/finality/vote-signer.ts'
import { Cluster } from '../../node/simulation/node/cluster.ts'
import { ledgerExecutorOf } from '../../node/simulation/node/ledger/ledger-executor.ts'
import { strategyOf } from '../../node/simulation/node/strategies/strategies.ts'
import { HONEST } from '../../node/simulation/node/strategies/tampering.ts'
import { simulatedGenesis, validatorKeys } from '../../node/simulation/node/validators.ts'
import { EVIDENCE_TOPIC } from '../../node/sync/protocol.ts'

const LIAR = 3
const EPOCH_LENGTH = 8n

describe('sim / void-evidence', () => {
  // Long: 64 epochs have to pass before any evidence is void.
  it('does not shield its author', async () => {
    const genesis = await simulatedGenesis('instant', 4)
    const keys = validatorKeys(4)
    const cluster = new Cluster({
      ...{ genesis, seed: 'void evidence', openExecutor: ledgerExecutorOf(genesis) },
      members: keys.map((each) => ({ ...each, work: 1 })),
    })
    await cluster.start()
    const [witness] = cluster.nodes
    const { chain } = witness!.node
    const isAt = (epoch: bigint) => () => chain.head.header.number >= epoch * EPOCH_LENGTH
    expect(await cluster.advanceUntil(isAt(66n), 4_000_000)).toBe(true)
    const { separator } = chain.finality
    const sign = (word: Hash) => {
      const link = { sourceEpoch: 0n, sourceHash: genesis.hash, targetEpoch: 1n }
      const vote = { ...link, targetHash: word, outputRoot: word }
      return signVote(vote, LIAR, separator, keys[LIAR]!.votingKey)
    }
    const evidence: Evidence = {
      first: sign(`0x${'aa'.repeat(32)}`),
      second: sign(`0x${'bb'.repeat(32)}`),
    }
    let isSent = false
    const liar = cluster.nodes[LIAR]!
    liar.tampering = {
      ...HONEST,
      publish(topic, payload) {
        const published = [{ topic, payload }]
        if (!isSent) published.push({ topic: EVIDENCE_TOPIC, payload: encodeEvidence(evidence) })
        isSent = true
        return published
      },
    }
    await cluster.advance(20_000)
    expect(isSent).toBe(true)
    liar.tampering = strategyOf('equivocate', { node: liar, nodes: cluster.nodes })
    const isSlashed = async (): Promise<boolean> => {
      const { slashed } = await readValidators(chain.state.view(chain.head.header.stateRoot))
      return slashed[LIAR] === true
    }
    expect(await cluster.advanceUntil(isSlashed, 300_000)).toBe(true)
    await cluster.stop()
  }, 120_000)
})
