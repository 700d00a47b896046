/** The state on disk over random chains: branches, reorgs, crashes, damage. */
import { verifyMerkleProof } from '@ethereumjs/mpt'
import { RLP } from '@ethereumjs/rlp'
import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import type { Address, Hash } from '../../../../consensus/types.ts'
import { PREDEPLOYS } from '../../../../genesis/predeploys.ts'
import { keccak256 } from '../../../../gpu/reference/keccak.ts'
import type { Soon } from '../../../../node/state/soon.ts'
import { StateStore } from '../../../../node/state/state-store.ts'
import { TrieState } from '../../../../node/state/state-views.ts'
import { type KeyValueStore, WriteBatch } from '../../../../node/storage/database.ts'
import { key, TABLE, type TableName, tableEnd } from '../../../../node/storage/keys.ts'
import { testGenesis } from '../../../support/chain-factory.ts'
import { assemble } from '../../../support/evm-assembly.ts'
import {
  accountOf,
  callData,
  type ExecutedOn,
  ExecutionChain,
  WALLETS,
  walletOf,
} from '../../../support/execution-chain.ts'
import { oracleRoot, readFlatState } from '../../../support/flat-state.ts'
import { Random } from '../../../support/random.ts'
import { openTemporaryDatabase } from '../../../support/temporary-database.ts'

/** Stores the second word of its call data under the first. */
const STORER: Address = `0x${'57'.repeat(20)}`
const ALLOC = [
  [
    STORER,
    accountOf({ nonce: 1n, code: assemble('PUSH 32 CALLDATALOAD PUSH 0 CALLDATALOAD SSTORE') }),
  ],
] as const

async function openChain(store?: KeyValueStore): Promise<ExecutionChain> {
  const genesis = await testGenesis()
  return ExecutionChain.open({
    genesis,
    store: store ?? (await openTemporaryDatabase()),
    alloc: ALLOC,
  })
}

/** Transactions that write accounts, slots and now and then code; nonces follow the branch. */
function randomTransactions(chain: ExecutionChain, random: Random, nonce: bigint) {
  return WALLETS.slice(0, 4).map((wallet) => {
    const kind = random.below(4)
    if (kind === 0)
      return chain.sign(wallet, { nonce, data: '0x6001600055600a6000f3', gasLimit: 200_000n })
    if (kind === 1)
      return chain.sign(wallet, { nonce, to: walletOf(random.below(40)).address, value: 5n })
    const data = callData('0x', BigInt(random.below(12)), BigInt(random.below(3)))
    return chain.sign(wallet, { nonce, to: STORER, data })
  })
}

type Node = ExecutedOn & { readonly parent: Node | undefined; readonly depth: bigint }

function path(from: Node, to: Node): { removed: Hash[]; added: Hash[] } {
  const [removed, added]: [Hash[], Hash[]] = [[], []]
  let [a, b] = [from, to]
  while (a !== b) {
    if (a.depth >= b.depth) {
      removed.push(a.hash)
      a = a.parent!
    } else {
      added.unshift(b.hash)
      b = b.parent!
    }
  }
  return { removed, added }
}

async function expectHeadState(chain: ExecutionChain, at: ExecutedOn): Promise<void> {
  expect(chain.state.flatBlock).toMatchObject({ hash: at.hash, stateRoot: at.header.stateRoot })
  const flat = await readFlatState(chain.store)
  expect(await oracleRoot(flat)).toBe(at.header.stateRoot)
}

describe('node / state / state-store', () => {
  it('flat tables and trie agree after random reorgs over a tree of branches', async () => {
    const chain = await openChain()
    const random = new Random(4)
    const root: Node = { ...chain.head, parent: undefined, depth: 0n }
    const tree: Node[] = [root]
    let head = root
    for (let step = 0; step < 40; step++) {
      const parent = random.below(3) === 0 ? random.pick(tree) : head
      const transactions = randomTransactions(chain, random, parent.depth)
      const timestamp = parent.header.timestamp + 1n + BigInt(random.below(50))
      const { block, executed } = await chain.execute(transactions, parent, { timestamp })
      const node: Node = { ...block, parent, depth: parent.depth + 1n }
      const target = random.below(4) === 0 ? random.pick(tree) : node
      const batch = new WriteBatch()
      chain.state.stage(batch, block, executed.changes)
      const { removed, added } = path(head, target)
      await chain.state.stageSwitch(batch, removed, added)
      await chain.store.write(batch)
      chain.state.committed()
      chain.blocks.set(block.hash, block.header)
      tree.push(node)
      head = target
      if (step % 4 === 0) await expectHeadState(chain, head)
    }
    await expectHeadState(chain, head)
    // There and back again: the same tables, byte for byte.
    const before = await dump(chain.store)
    for (const target of [tree[7]!, tree[20]!, head])
      await switchTo(chain, head, target).then(() => (head = target))
    expect(await dump(chain.store)).toEqual(before)
    // Executed through the trie or on the flat tables, a block is the same block.
    const transactions = randomTransactions(chain, random, tree[12]!.depth)
    const viaTrie = await chain.execute(transactions, tree[12]!)
    await switchTo(chain, head, tree[12]!)
    const viaFlat = await chain.execute(transactions, tree[12]!)
    expect(viaFlat.block.hash).toBe(viaTrie.block.hash)
    expect(viaFlat.executed.changes).toEqual(viaTrie.executed.changes)
  })

  it('a view stays right while the tables move on under it', async () => {
    const chain = await openChain()
    const random = new Random(8)
    const views: { view: ReturnType<StateStore['view']>; balances: Map<Address, bigint> }[] = []
    const people = WALLETS.slice(0, 5).map(({ address }) => address)
    for (let block = 0; block < 8; block++) {
      const view = chain.state.view(chain.head.header.stateRoot)
      const balances = new Map<Address, bigint>()
      for (const address of people) balances.set(address, await chain.balance(address))
      views.push({ view, balances })
      const { block: next, executed } = await chain.execute(
        randomTransactions(chain, random, BigInt(block)),
      )
      // Readers and the writer at once: whatever a reader gets is of its own block.
      const reads = views.flatMap(({ view, balances }) =>
        people.map(async (address) => {
          for (let i = 0; i < 5; i++)
            expect((await view.account(address))?.balance).toBe(balances.get(address))
        }),
      )
      await Promise.all([chain.commit(next, executed), ...reads])
    }
  })

  it('a batch that is not written leaves the state as it was', async () => {
    const chain = await openChain()
    const { block, executed } = await chain.execute([
      chain.sign(WALLETS[0]!, { to: WALLETS[1]!.address, value: 9n }),
    ])
    const before = await chain.balance(WALLETS[1]!.address)
    const batch = new WriteBatch()
    chain.state.stage(batch, block, executed.changes)
    await chain.state.stageSwitch(batch, [], [block.hash])
    chain.state.discarded()
    expect(await chain.balance(WALLETS[1]!.address)).toBe(before)
    expect(chain.state.flatBlock?.hash).toBe(chain.head.hash)
    await chain.commit(block, executed)
    expect(await chain.balance(WALLETS[1]!.address)).toBe(before + 9n)
  })

  it('refuses a move that does not begin where the tables stand', async () => {
    const chain = await openChain()
    await chain.advance()
    const batch = new WriteBatch()
    const other: Hash = chain.genesis.hash
    await expect(chain.state.stageSwitch(batch, [other], [])).rejects.toMatchObject({
      type: { code: 'RECORD_MISSING' },
    })
    const first = chain.head
    await chain.advance()
    await expect(chain.state.stageSwitch(batch, [first.hash], [])).rejects.toMatchObject({
      type: { code: 'NOT_AT_BLOCK' },
    })
    expect(batch.operations).toEqual([])
  })

  it('opens where it was left', async () => {
    const chain = await openChain()
    await chain.advance([chain.sign(WALLETS[0]!, { to: WALLETS[1]!.address, value: 9n })])
    const reopened = await StateStore.open({ store: chain.store })
    expect(reopened.flatBlock).toEqual({
      hash: chain.head.hash,
      number: 1n,
      stateRoot: chain.head.header.stateRoot,
    })
    const account = await reopened.view(chain.head.header.stateRoot).account(WALLETS[1]!.address)
    expect(account?.balance).toBe(await chain.balance(WALLETS[1]!.address))
  })

  it('refuses a genesis whose accounts do not make its root', async () => {
    const { genesis } = await openChain()
    const state = await StateStore.open({ store: await openTemporaryDatabase() })
    const block = (await openChain()).head
    const [address, account] = [...genesis.alloc][0]!
    const alloc = new Map([
      ...genesis.alloc,
      [address, { ...account, balance: account.balance + 1n }],
    ] as const)
    expect(() => state.stageGenesis(new WriteBatch(), block, alloc)).toThrow(
      expect.objectContaining({ type: expect.objectContaining({ code: 'GENESIS_MISMATCH' }) }),
    )
  })

  it('proves accounts and slots, there or not, to the verifier of @ethereumjs/mpt', async () => {
    const chain = await openChain()
    await chain.advance([chain.sign(WALLETS[0]!, { to: STORER, data: callData('0x', 3n, 0xabcn) })])
    const { stateRoot } = chain.head.header
    const slots = [3n, 4n].map((slot) => `0x${slot.toString(16).padStart(64, '0')}` as const)
    const { accountProof, storageProof } = await chain.state.prove(stateRoot, STORER, slots)
    const proof = accountProof.map((node) => hexToBytes(node))
    const value = await verifyMerkleProof(keccak256(hexToBytes(STORER)), proof, {
      root: hexToBytes(stateRoot),
    })
    const [nonce, , storageRoot] = RLP.decode(value!) as Uint8Array[]
    expect(nonce).toEqual(Uint8Array.of(1))
    expect(storageProof.map(({ value }) => BigInt(value))).toEqual([0xabcn, 0n])
    for (const { slot, value, proof } of storageProof) {
      const proved = await verifyMerkleProof(
        keccak256(hexToBytes(slot)),
        proof.map((node) => hexToBytes(node)),
        { root: storageRoot! },
      )
      expect(proved ? BigInt(bytesToHex(RLP.decode(proved) as Uint8Array)) : 0n).toBe(BigInt(value))
    }
    const absent = await chain.state.prove(stateRoot, `0x${'99'.repeat(20)}`, [])
    const nothing = await verifyMerkleProof(
      keccak256(hexToBytes(`0x${'99'.repeat(20)}`)),
      absent.accountProof.map((node) => hexToBytes(node)),
      { root: hexToBytes(stateRoot) },
    )
    expect(nothing).toBeNull()
  })

  describe('damage is found, never answered around', () => {
    const READS: Record<
      string,
      readonly [TableName, (state: StateStore, root: Hash) => Soon<unknown>]
    > = {
      'an account': ['account', (state, root) => state.view(root).account(WALLETS[0]!.address)],
      'a slot': [
        'storage',
        (state, root) => state.view(root).storage(STORER, `0x${'00'.repeat(31)}03`),
      ],
      'a trie node': [
        'trieNode',
        (state, root) =>
          new TrieState(root, { nodes: state.nodes, codes: undefined as never }).account(
            WALLETS[0]!.address,
          ),
      ],
      code: [
        'code',
        async (state, root) => {
          const view = state.view(root)
          return view.code((await view.account(PREDEPLOYS.AI))!.codeHash)
        },
      ],
    }
    for (const [what, [table, read]] of Object.entries(READS)) {
      it(`in ${what}`, async () => {
        const chain = await openChain()
        await chain.advance([
          chain.sign(WALLETS[0]!, { to: STORER, data: callData('0x', 3n, 0xabcn) }),
        ])
        const { stateRoot } = chain.head.header
        await read(await StateStore.open({ store: chain.store }), stateRoot)
        await turnBits(chain.store, table)
        const reopened = await StateStore.open({ store: chain.store })
        await expect((async () => read(reopened, stateRoot))()).rejects.toMatchObject({
          name: 'CorruptionError',
          type: { code: 'RECORD_DAMAGED', table },
        })
      })
    }

    it('in the change record of a block that a reorg goes over', async () => {
      const chain = await openChain()
      await chain.advance()
      await turnBits(chain.store, 'stateDiff')
      const reopened = await StateStore.open({ store: chain.store })
      await expect(
        reopened.stageSwitch(new WriteBatch(), [chain.head.hash], []),
      ).rejects.toMatchObject({
        type: { code: 'RECORD_DAMAGED', table: 'stateDiff' },
      })
    })

    it('and repaired from the trie where the flat tables are wrong', async () => {
      const chain = await openChain()
      const random = new Random(3)
      const touched: Hash[] = []
      for (let block = 0n; block < 6n; block++) {
        await chain.advance(randomTransactions(chain, random, block))
        touched.push(chain.head.hash)
      }
      const good = await dump(chain.store)
      const target = { hash: chain.head.hash, number: 6n, stateRoot: chain.head.header.stateRoot }
      // Tables as they would be with the last blocks half applied.
      const batch = new WriteBatch()
      for (const { address } of WALLETS.slice(0, 4))
        batch.delete(key('account', hexToBytes(address)))
      await chain.store.write(batch)
      const repair = new WriteBatch()
      await StateStore.stageRepair(repair, chain.store, target, touched)
      await chain.store.write(repair)
      expect(await dump(chain.store)).toEqual(good)
    })
  })

  it('drops the change records of blocks that no reorg reaches', async () => {
    const chain = await openChain()
    await chain.advance()
    const old = chain.head.hash
    await chain.advance()
    const batch = new WriteBatch()
    chain.state.stagePrune(batch, [old])
    await chain.store.write(batch)
    expect(await chain.store.get(key('stateDiff', hexToBytes(old)))).toBeUndefined()
    expect(await chain.store.get(key('stateDiff', hexToBytes(chain.head.hash)))).toBeDefined()
  })
})

async function switchTo(chain: ExecutionChain, from: Node, to: Node): Promise<void> {
  const batch = new WriteBatch()
  const { removed, added } = path(from, to)
  await chain.state.stageSwitch(batch, removed, added)
  await chain.store.write(batch)
  chain.state.committed()
}

/** The flat tables and where they stand. */
async function dump(store: KeyValueStore): Promise<readonly (readonly [string, string])[]> {
  const entries: [string, string][] = []
  for (const table of ['meta', 'account', 'storage'] as const) {
    for await (const [k, value] of store.entries({ gte: key(table), lt: tableEnd(table) })) {
      entries.push([bytesToHex(k), bytesToHex(value)])
    }
  }
  return entries
}

/** Turns a bit in every record of a table. */
async function turnBits(store: KeyValueStore, table: TableName): Promise<void> {
  const batch = new WriteBatch()
  const range = { gte: Uint8Array.of(TABLE[table]), lt: tableEnd(table) }
  for await (const [k, value] of store.entries(range)) {
    const turned = new Uint8Array(value)
    turned[0]! ^= 1
    batch.put(new Uint8Array(k), turned)
  }
  await store.write(batch)
}
