/**
 * Damaged messages of every topic, given to the gossip handlers of a whole node: nothing is thrown,
 * and of the chain, of what is final and of the pool not a byte changes (spec/consensus.md 6, row
 * 31). HANZO_FUZZ_ROUNDS says how many; the gate runs thousands, a night a million.
 */
import { hexToBytes } from '@ethereumjs/util'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import {
  encodeCertificate,
  encodeEvidence,
  encodeVote,
} from '../../consensus/finality/codec/finality-codec.ts'
import type { Certificate } from '../../consensus/finality/types.ts'
import { devAccounts } from '../../genesis/accounts.ts'
import type { Node } from '../../node/node.ts'
import { encodeSealedBlock, encodeTransactions } from '../../node/sync/wire.ts'
import type { Verdict } from '../../p2p/options.ts'
import { type Fork, forkOf, validatorGenesis } from '../support/certified-chain.ts'
import { mutated } from '../support/mutations.ts'
import { Random } from '../support/random.ts'
import { signTransaction } from '../support/signed-transactions.ts'
import { startTestNode } from '../support/test-node.ts'

const ROUNDS = Number(process.env['HANZO_FUZZ_ROUNDS'] ?? 10_000)
const SEED = Number(process.env['HANZO_FUZZ_SEED'] ?? 31)
/** A millisecond a message is far more than one takes. */
const TIMEOUT_MS = 120_000 + ROUNDS
/** So many names that no budget of a peer ends before the fuzz does. */
const PEERS = 200
/** Judged at once, as a busy network would have it. */
const TOGETHER = 64

/** What is left of a list may be a good transaction: of none of these can its sender pay. */
const UNPAYABLE_WEI = 10n ** 40n

type Sample = { readonly topic: string; readonly payload: Uint8Array }

/** The chain has 20 blocks, epoch 1 is final, 2 is certified. */
async function startVictim(complaints: string[]): Promise<{ node: Node; fork: Fork }> {
  const fork = await forkOf(20, devAccounts()[0]!.address)
  const log = pino({ level: 'error' }, { write: (line: string) => void complaints.push(line) })
  const node = await startTestNode({ genesis: await validatorGenesis(), peers: [], log })
  for (const block of fork.blocks) await node.chain.importBlock(block, 'gossip')
  for (const epoch of [1, 2]) await node.chain.takeCertificate(fork.certificate(epoch - 1, epoch))
  return { node, fork }
}

const firstVote = ({ vote, signers, signatures }: Certificate) => ({
  vote,
  validator: signers[0]!,
  signature: signatures[0]!,
})

/** Of the past, where a damaged block can win against nobody. */
function samplesOf({ chain }: Node, fork: Fork): readonly Sample[] {
  const [one, two] = [fork.certificate(0, 1), fork.certificate(1, 2)]
  const evidence = { first: firstVote(one), second: firstVote(fork.certificate(0, 2)) }
  const { genesis } = chain
  const raws = [0, 1].map((account) =>
    hexToBytes(signTransaction(genesis, account, { type: account, value: UNPAYABLE_WEI })),
  )
  return [
    { topic: 'block', payload: encodeSealedBlock(fork.blocks[9]!) },
    { topic: 'vote', payload: encodeVote(firstVote(two)) },
    { topic: 'certificate', payload: encodeCertificate(two) },
    { topic: 'evidence', payload: encodeEvidence(evidence) },
    { topic: 'tx', payload: encodeTransactions(raws) },
  ]
}

async function peerIds(): Promise<readonly string[]> {
  const keys = Array.from({ length: PEERS }, () => generateKeyPair('Ed25519'))
  return (await Promise.all(keys)).map((key) => peerIdFromPrivateKey(key).toString())
}

async function fingerprint({ chain, api }: Node, length: number) {
  const headers = await Promise.all(
    Array.from({ length: length + 1 }, (_, number) => api.chain.canonicalHash(BigInt(number))),
  )
  const { finalized, justified } = chain.finality
  return { head: chain.head.hash, headers, finalized, justified, pool: api.pool.status() }
}

describe('fuzz / gossip messages', () => {
  it(`${ROUNDS} damaged messages throw nothing and change nothing`, {
    timeout: TIMEOUT_MS,
  }, async () => {
    const complaints: string[] = []
    const { node, fork } = await startVictim(complaints)
    const samples = samplesOf(node, fork)
    const before = await fingerprint(node, fork.blocks.length)
    const random = new Random(SEED)
    const peers = await peerIds()
    const verdicts: Record<Verdict, number> = { accept: 0, ignore: 0, reject: 0 }
    for (let round = 0; round < ROUNDS; round += TOGETHER) {
      const batch = Array.from({ length: TOGETHER }, async (_, index) => {
        const { topic, payload } = samples[(round + index) % samples.length]!
        const damaged = mutated(payload, random)
        if (Buffer.compare(damaged, payload) === 0) return 'ignore'
        return await node.peers!.gossip.onMessage(topic, damaged, random.pick(peers))
      })
      for (const verdict of await Promise.all(batch)) verdicts[verdict] += 1
    }
    console.log(`damaged gossip: ${JSON.stringify(verdicts)}`)
    // Nobody votes around it: the alarm that it may be cut off is true.
    const wrong = complaints.filter((line) => !line.includes('This node may be cut off'))
    expect(wrong.slice(0, 3)).toEqual([])
    expect(await fingerprint(node, fork.blocks.length)).toEqual(before)
    // Most are no messages at all; some are well-formed and say what was said before.
    expect(verdicts.reject).toBeGreaterThan(ROUNDS / 2)
    expect(verdicts.ignore).toBeGreaterThan(0)
  })
})
