/**
 * `ValidatorSet` without the EVM: certificates, dynasties, deposits, exits and slashing, in the
 * storage that the node reads them from. Nobody is paid, deposits prove nothing of their key, and
 * a withdrawal ends what can be slashed. Long because the contract is one state.
 *
 * Spec: docs/spec/finality.md, "Sets and quorums"; the contract is genesis/contracts/consensus.
 */
import type { FinalityVote, RecoverSigner } from '../../../../consensus/finality/types.ts'
import { offenceOf } from '../../../../consensus/finality/votes/slashing-rule.ts'
import { voteDigest } from '../../../../consensus/finality/votes/vote-digest.ts'
import type { Address, Hash } from '../../../../consensus/types.ts'
import { type ContractStorage, placeOf, placeOfValidator } from './contract-storage.ts'
import type { SetCall } from './set-calls.ts'

const NEVER = (1n << 40n) - 1n
const QUEUE_DYNASTIES = 2n
const CHURN_DIVISOR = 10n
const STAKE_MIN_WEI = 2_000n * 10n ** 18n

export type LedgerTerms = {
  /** Of the block that is executed. */
  readonly number: bigint
  readonly epochLength: bigint
  readonly withdrawalDelayEpochs: bigint
  readonly genesisHash: Hash
  readonly separator: Uint8Array
  readonly recoverSigner: RecoverSigner
  readonly ancestorHash: (number: bigint) => Promise<Hash | undefined>
}

type Certify = Extract<SetCall, { kind: 'certify' }>
type Slash = Extract<SetCall, { kind: 'slash' }>

export class ValidatorLedger {
  readonly #storage: ContractStorage
  readonly #terms: LedgerTerms

  constructor(storage: ContractStorage, terms: LedgerTerms) {
    this.#storage = storage
    this.#terms = terms
  }

  /** False: it reverts, and what it wrote must go. */
  async call(call: SetCall, sender: Address, valueWei: bigint): Promise<boolean> {
    if (call.kind !== 'deposit' && valueWei > 0n) return false
    switch (call.kind) {
      case 'certify':
        return this.#certify(call)
      case 'slash':
        return this.#slash(call)
      case 'deposit':
        return valueWei >= STAKE_MIN_WEI && this.#deposit(call.votingKey, call.payout, valueWei)
      case 'exit':
        return this.#exit(call.index, sender)
      case 'withdraw':
        return this.#withdraw(call.index)
    }
  }

  async #certify({ link, signers, signatures }: Certify): Promise<boolean> {
    if (!(await this.#isNews(link)) || signers.length !== signatures.length) return false
    if (!(await this.#hasQuorums(link, signers, signatures))) return false
    const [last, final] = [await this.#read('lastCertified'), await this.#read('lastFinalized')]
    const { sourceEpoch, targetEpoch, targetHash } = link
    await this.#storage.writeSlot(placeOf('_justified', targetEpoch), BigInt(targetHash))
    if (targetEpoch > last) await this.#storage.write('lastCertified', targetEpoch)
    if (targetEpoch !== sourceEpoch + 1n || sourceEpoch <= final) return true
    await this.#storage.write('lastFinalized', sourceEpoch)
    await this.#beginDynasty()
    return true
  }

  async #isNews({ sourceEpoch, sourceHash, targetEpoch, targetHash }: FinalityVote) {
    const { genesisHash, ancestorHash, epochLength } = this.#terms
    const justified =
      sourceEpoch === 0n
        ? BigInt(genesisHash)
        : await this.#storage.readSlot(placeOf('_justified', sourceEpoch))
    if (justified === 0n || justified !== BigInt(sourceHash)) return false
    if (targetEpoch <= sourceEpoch || targetEpoch <= (await this.#read('lastFinalized'))) {
      return false
    }
    if ((await this.#storage.readSlot(placeOf('_justified', targetEpoch))) !== 0n) return false
    return (await ancestorHash(targetEpoch * epochLength)) === targetHash
  }

  async #hasQuorums(
    link: FinalityVote,
    signers: readonly number[],
    signatures: readonly Uint8Array[],
  ): Promise<boolean> {
    const { separator, recoverSigner, epochLength } = this.#terms
    const digest = voteDigest(separator, link)
    const strangers = new Set(signers)
    for (const epoch of [link.sourceEpoch, link.targetEpoch]) {
      const dynasty = await this.#dynastyAt(epoch * epochLength)
      let signed = 0n
      for (const [place, index] of signers.entries()) {
        const signature = signatures[place]
        const key = signature && recoverSigner(digest, signature)
        if (key === undefined || BigInt(key) !== (await this.#of(index, 'votingKey'))) return false
        if (!(await this.#isMember(index, dynasty))) continue
        strangers.delete(index)
        signed += await this.#of(index, 'stake')
      }
      const total = await this.#storage.read('_dynasties[].weight', placeOf('_dynasties', dynasty))
      if (3n * signed <= 2n * total) return false
    }
    return strangers.size === 0
  }

  async #slash({ votes, signatures }: Slash): Promise<boolean> {
    const { separator, recoverSigner } = this.#terms
    if (offenceOf(...votes) === undefined || this.#isTooOld(votes)) return false
    const [first, second] = votes.map((vote, i) =>
      recoverSigner(voteDigest(separator, vote), signatures[i] ?? new Uint8Array(0)),
    )
    if (first === undefined || first !== second) return false
    const place = await this.#storage.readSlot(placeOf('_places', BigInt(first)))
    if (place === 0n) return false
    const index = Number(place - 1n)
    if ((await this.#of(index, 'isWithdrawn')) !== 0n) return false
    if ((await this.#of(index, 'isSlashed')) !== 0n) return false
    await this.#set(index, 'isSlashed', 1n)
    const { members } = await this.#planned()
    if ((await this.#of(index, 'end')) === NEVER && members > 1n) await this.#leave(index)
    return true
  }

  #isTooOld([{ targetEpoch: a }, { targetEpoch: b }]: Slash['votes']): boolean {
    const { number, epochLength, withdrawalDelayEpochs } = this.#terms
    return (a > b ? a : b) + withdrawalDelayEpochs < number / epochLength
  }

  async #deposit(votingKey: Address, payout: Address, stakeWei: bigint): Promise<boolean> {
    const place = placeOf('_places', BigInt(votingKey))
    if ((await this.#storage.readSlot(place)) !== 0n) return false
    const { members, weight } = await this.#planned()
    const start = await this.#queue(stakeWei, members + 1n, weight + stakeWei)
    const index = await this.#read('_validators')
    await this.#storage.write('_validators', index + 1n)
    await this.#storage.writeSlot(place, index + 1n)
    await this.#storage.write('total', (await this.#read('total')) + stakeWei)
    const fields = { votingKey: BigInt(votingKey), stake: stakeWei, payout: BigInt(payout) }
    for (const [name, value] of Object.entries({ ...fields, start, end: NEVER })) {
      await this.#set(Number(index), name, value)
    }
    return true
  }

  async #exit(index: number, sender: Address): Promise<boolean> {
    if (BigInt(index) >= (await this.#read('_validators'))) return false
    const stakers = [await this.#of(index, 'payout'), await this.#of(index, 'votingKey')]
    const isSlashed = (await this.#of(index, 'isSlashed')) !== 0n
    if (!isSlashed && !stakers.includes(BigInt(sender))) return false
    if ((await this.#of(index, 'end')) !== NEVER) return false
    if ((await this.#of(index, 'start')) > (await this.#read('dynasty'))) return false
    if ((await this.#planned()).members === 1n) return false
    await this.#leave(index)
    return true
  }

  /** Nobody was paid in, so nobody is paid out; but nothing can be slashed any more. */
  async #withdraw(index: number): Promise<boolean> {
    if (BigInt(index) >= (await this.#read('_validators'))) return false
    if ((await this.#of(index, 'isWithdrawn')) !== 0n) return false
    const end = await this.#of(index, 'end')
    if (end > (await this.#read('dynasty'))) return false
    const { number, epochLength, withdrawalDelayEpochs } = this.#terms
    const { beganAt } = await this.#readDynasty(end)
    if (number < beganAt + withdrawalDelayEpochs * epochLength) return false
    await this.#set(index, 'isWithdrawn', 1n)
    return true
  }

  async #leave(index: number): Promise<void> {
    const stake = await this.#of(index, 'stake')
    const { members, weight } = await this.#planned()
    await this.#set(index, 'end', await this.#queue(stake, members - 1n, weight - stake))
  }

  async #queue(change: bigint, members: bigint, weight: bigint): Promise<bigint> {
    const [dynasty, last] = [await this.#read('dynasty'), await this.#read('_lastChange')]
    let number = last > dynasty + QUEUE_DYNASTIES ? last : dynasty + QUEUE_DYNASTIES
    let churn = await this.#storage.read('_dynasties[].churn', placeOf('_dynasties', number))
    const now = await this.#storage.read('_dynasties[].weight', placeOf('_dynasties', dynasty))
    if (churn !== 0n && churn + change > now / CHURN_DIVISOR) {
      number += 1n
      churn = 0n
    }
    await this.#storage.write('_lastChange', number)
    await this.#writeDynasty(number, { beganAt: 0n, members, weight, churn: churn + change })
    return number
  }

  async #beginDynasty(): Promise<void> {
    const before = await this.#read('dynasty')
    const number = before + 1n
    const planned = await this.#readDynasty(number)
    const { members, weight } = planned.members === 0n ? await this.#readDynasty(before) : planned
    const beganAt = this.#terms.number
    await this.#writeDynasty(number, { beganAt, members, weight, churn: planned.churn })
    await this.#storage.write('dynasty', number)
  }

  async #dynastyAt(blockNumber: bigint): Promise<bigint> {
    let number = await this.#read('dynasty')
    while (number > 0n && (await this.#readDynasty(number)).beganAt > blockNumber) number -= 1n
    return number
  }

  async #planned(): Promise<{ readonly members: bigint; readonly weight: bigint }> {
    const [dynasty, last] = [await this.#read('dynasty'), await this.#read('_lastChange')]
    return this.#readDynasty(dynasty > last ? dynasty : last)
  }

  async #readDynasty(number: bigint): Promise<Dynasty> {
    const first = placeOf('_dynasties', number)
    const field = (name: string) => this.#storage.read(`_dynasties[].${name}`, first)
    const [beganAt, members] = [await field('beganAt'), await field('members')]
    return { beganAt, members, weight: await field('weight'), churn: await field('churn') }
  }

  async #writeDynasty(number: bigint, dynasty: Dynasty): Promise<void> {
    const first = placeOf('_dynasties', number)
    for (const [name, value] of Object.entries(dynasty)) {
      await this.#storage.write(`_dynasties[].${name}`, value, first)
    }
  }

  async #isMember(index: number, dynasty: bigint): Promise<boolean> {
    return (await this.#of(index, 'start')) <= dynasty && dynasty < (await this.#of(index, 'end'))
  }

  #read(label: string): Promise<bigint> {
    return this.#storage.read(label)
  }

  #of(index: number, field: string): Promise<bigint> {
    return this.#storage.read(`_validators[].${field}`, placeOfValidator(BigInt(index)))
  }

  #set(index: number, field: string, value: bigint): Promise<void> {
    return this.#storage.write(`_validators[].${field}`, value, placeOfValidator(BigInt(index)))
  }
}

type Dynasty = {
  readonly beganAt: bigint
  readonly members: bigint
  readonly weight: bigint
  readonly churn: bigint
}
