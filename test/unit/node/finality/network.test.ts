/** Four validators over real TCP: blocks become final, a minority stalls and comes back. */

import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import { devAccounts } from '../../../../genesis/accounts.ts'
import { buildGenesis } from '../../../../genesis/build-genesis.ts'
import type { Genesis } from '../../../../genesis/genesis-file.ts'
import { addressOfKey } from '../../../../genesis/validator-keys.ts'
import type { Node } from '../../../../node/node.ts'
import { temporaryDirectory } from '../../../support/chain-factory.ts'
import { Random } from '../../../support/random.ts'
import { MANUAL, startTestNode, untilHead, untilPeers } from '../../../support/test-node.ts'

const VALIDATORS = 4
const EPOCH = 8n
const random = new Random(44)
const KEYS = Array.from({ length: VALIDATORS }, () => bytesToHex(random.bytes(32)))
const POLL = { interval: 20, timeout: 60_000 }

function validatorGenesis(): Promise<Genesis> {
  return buildGenesis({
    preset: 'instant',
    timestamp: 1_700_000_000n,
    validators: KEYS.map((key, i) => {
      return { address: addressOfKey(hexToBytes(key)), coinbase: devAccounts()[i]!.address }
    }),
  })
}

/** All know one another; each votes, and its blocks begin with the certificate they lack. */
async function startValidators(count = VALIDATORS): Promise<Node[]> {
  const genesis = await validatorGenesis()
  const nodes: Node[] = []
  for (const votingKey of KEYS.slice(0, count)) {
    const coinbase = genesis.validators[nodes.length]!.coinbase
    const seal = { ...MANUAL, certify: true }
    nodes.push(await startTestNode({ genesis, peers: nodes, votingKey, coinbase, seal }))
  }
  await Promise.all(nodes.map((node) => untilPeers(node, count - 1)))
  // Blocks come faster here than a network is heard, and who hears it later listens first.
  for (const node of nodes) await untilVoting(node)
  return nodes
}

async function untilVoting(node: Node): Promise<void> {
  await expect.poll(() => node.api.finality.status().voting, POLL).toBe('active')
}

/** Seals on `node`, with times of the past so that nobody holds a block back. */
async function mine(node: Node, blocks: number, others: readonly Node[] = []): Promise<void> {
  for (let i = 0; i < blocks; i++) {
    const { hash } = await node.sealer!.sealNow({ timestamp: 0n })
    await Promise.all(others.map((other) => untilHead(other, (head) => head === hash)))
  }
}

const finalizedOf = (node: Node) => node.api.finality.status().finalized
const justifiedOf = (node: Node) => node.api.finality.status().justified

async function untilJustified(nodes: readonly Node[], epoch: bigint): Promise<void> {
  for (const node of nodes) {
    await expect.poll(() => justifiedOf(node).epoch, POLL).toBeGreaterThanOrEqual(epoch)
  }
}

describe('node / finality / network', { timeout: 240_000 }, () => {
  it('finalizes an epoch behind what it justifies, on every node and on chain', async () => {
    const nodes = await startValidators()
    const [first, ...others] = nodes
    for (let epoch = 1n; epoch <= 3n; epoch++) {
      // A vote is due k = 3 blocks after its checkpoint.
      await mine(first!, epoch === 1n ? 11 : 8, others)
      await untilJustified(nodes, epoch)
    }
    for (const node of nodes) {
      expect(finalizedOf(node)).toEqual({
        epoch: 2n,
        hash: await node.api.chain.canonicalHash(2n * EPOCH),
      })
      const safe = await node.api.chain.resolve({ tag: 'safe' })
      expect(safe?.header.number).toBe(3n * EPOCH)
    }
    // The certificates of epochs 1 and 2 are in the state by now: dynasty 1 has begun.
    await mine(first!, 1, others)
    const head = first!.api.chain.head()
    const { dynasty, validators } = await first!.api.finality.validators(head)
    expect(dynasty).toBeGreaterThanOrEqual(1n)
    expect(validators).toHaveLength(VALIDATORS)
    const certificate = await others[0]!.api.finality.certificate(2n)
    expect(certificate?.signers.length).toBeGreaterThanOrEqual(3)
  })

  it('three of four go on, two stand still, and all go on when one more is back', async () => {
    const nodes = await startValidators()
    const [a, b, c, d] = nodes as [Node, Node, Node, Node]
    await d.stop()
    await mine(a, 11, [b, c])
    await untilJustified([a, b, c], 1n)
    const idsOf = (node: Node) => [node.api.network.peerId!]
    // c alone on one side, a and b on the other: nobody has more than two thirds.
    await Promise.all([
      a.api.network.setPartition(idsOf(b)),
      b.api.network.setPartition(idsOf(a)),
      c.api.network.setPartition([]),
    ])
    await mine(a, 16, [b])
    expect(justifiedOf(a).epoch).toBe(1n)
    expect(a.api.finality.status().missing).toContain(3)
    for (const node of [a, b, c]) await node.api.network.setPartition(undefined)
    await Promise.all([untilPeers(a, 2), untilPeers(b, 2), untilPeers(c, 2)])
    const head = a.api.chain.head().hash
    await untilHead(c, (hash) => hash === head)
    await mine(a, 8, [b, c])
    await untilJustified([a, b, c], 3n)
  })

  it('a certified chain wins over a heavier one, whatever the work', async () => {
    const nodes = await startValidators()
    const [a, b, c, lonely] = nodes as [Node, Node, Node, Node]
    await lonely.api.network.setPartition([])
    const others = [a, b, c]
    for (const node of others) {
      const allowed = others.filter((other) => other !== node)
      await node.api.network.setPartition(allowed.map((other) => other.api.network.peerId!))
    }
    await mine(a, 11, [b, c])
    await untilJustified(others, 1n)
    await mine(lonely, 30)
    expect(justifiedOf(lonely).epoch).toBe(0n)
    for (const node of nodes) await node.api.network.setPartition(undefined)
    const head = a.api.chain.head().hash
    await untilHead(lonely, (hash) => hash === head)
    await untilJustified(nodes, 1n)
    expect(a.api.chain.head().hash).toBe(head)
  })

  it('a validator that restarts knows what it signed, and listens before it votes', async () => {
    const genesis = await validatorGenesis()
    const [votingKey] = KEYS
    const seal = { ...MANUAL, certify: true }
    const directory = await temporaryDirectory()
    const options = { genesis, directory, votingKey: votingKey!, seal }
    const node = await startTestNode(options)
    await mine(node, 11)
    await expect.poll(() => node.chain.finality.duty?.lastSigned?.targetEpoch, POLL).toBe(1n)
    await mine(node, 24)
    await node.stop()
    const again = await startTestNode(options)
    await expect.poll(() => again.chain.finality.duty?.startEpoch, POLL).toBe(4n)
    expect(again.chain.finality.duty?.lastSigned?.targetEpoch).toBe(4n)
    await mine(again, 8)
    expect(again.chain.finality.duty?.lastSigned?.targetEpoch).toBe(4n)
    await mine(again, 8)
    await expect.poll(() => again.chain.finality.duty?.lastSigned?.targetEpoch, POLL).toBe(6n)
  })
})
