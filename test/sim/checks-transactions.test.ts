/** I14: what a reorg took off the chain must be somewhere, or have given way to its like. */
import { createFeeMarket1559Tx } from '@ethereumjs/tx'
import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import { expect, it } from 'vitest'
import { devAccounts } from '../../genesis/accounts.ts'
import { TransactionLedger } from '../../node/simulation/node/checks/transaction-ledger.ts'
import { Violations } from '../../node/simulation/node/checks/violation.ts'
import { Cluster } from '../../node/simulation/node/cluster.ts'
import { simulatedGenesis, validatorKeys } from '../../node/simulation/node/validators.ts'
import type { SignedTransaction } from '../../node/transaction.ts'

const GWEI = 10n ** 9n

it('sim / checks: I14 is told of a lost transaction, not of one with a rival of its nonce', async () => {
  const genesis = await simulatedGenesis('instant', 1)
  const members = validatorKeys(1).map((keys) => ({ ...keys, work: 1 }))
  const cluster = new Cluster({ genesis, seed: 'transactions', members })
  await cluster.start()
  const { node } = cluster.nodes[0]!
  const [from] = devAccounts()
  const sign = (value: bigint): SignedTransaction => {
    const fees = { maxFeePerGas: 1_000n * GWEI, maxPriorityFeePerGas: GWEI, gasLimit: 21_000n }
    // Nonce 0 is never sent: nothing of this sender is ever mined.
    const fields = { ...fees, chainId: genesis.params.chainId, nonce: 1n, to: from!.address, value }
    const { common } = node.chain
    const tx = createFeeMarket1559Tx(fields, { common }).sign(hexToBytes(from!.privateKey))
    return { hash: bytesToHex(tx.hash()), raw: tx.serialize(), sender: from!.address, tx }
  }

  const orphan = sign(1n)
  const { head } = node.chain
  const read = node.chain.blocks.block.bind(node.chain.blocks)
  node.chain.blocks.block = async (hash) => {
    const block = await read(hash)
    return block && { ...block, transactions: [orphan] }
  }
  const ledger = new TransactionLedger()
  ledger.onStart(0)
  await ledger.onReorg(0, node, [head])
  node.chain.blocks.block = read

  const inspect = async () => {
    const violations = new Violations(() => 0)
    await ledger.inspect(0, node, violations.tell)
    return violations.all.map(({ invariant }) => invariant)
  }
  expect(await inspect()).toEqual(['I14'])
  await cluster.complete(node.api.pool.submit(sign(2n).raw))
  expect(await inspect()).toEqual([])
  await cluster.stop()
})
