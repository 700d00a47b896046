/** Transactions of the funded accounts with real signatures, one of each type. */
import { createTx, type TypedTxData } from '@ethereumjs/tx'
import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import type { Hex } from '../../consensus/types.ts'
import { devAccounts } from '../../genesis/accounts.ts'
import { createChainCommon } from '../../genesis/chain-config.ts'
import type { Genesis } from '../../genesis/genesis-file.ts'

export const RECIPIENT: Hex = `0x${'77'.repeat(20)}`
const GWEI = 1_000_000_000n

/** The bytes of a transaction of the `account`-th funded account; a transfer of 1 wei by default. */
export function signTransaction(
  genesis: Genesis,
  account: number,
  fields: Record<string, unknown> = {},
): Hex {
  const { type = 2 } = fields
  const fees =
    type === 0 || type === 1
      ? { gasPrice: 3n * GWEI }
      : { maxFeePerGas: 3n * GWEI, maxPriorityFeePerGas: GWEI }
  const tx = createTx(
    {
      chainId: genesis.params.chainId,
      to: RECIPIENT,
      value: 1n,
      nonce: 0n,
      gasLimit: 100_000n,
      type,
      ...fees,
      ...fields,
    } as TypedTxData,
    { common: createChainCommon(genesis) },
  )
  const { privateKey } = devAccounts()[account]!
  return bytesToHex(tx.sign(hexToBytes(privateKey)).serialize())
}

/** Types 0, 1, 2 and 4, a creation, and one that logs: all from different accounts. */
export function oneOfEach(genesis: Genesis): readonly Hex[] {
  const accessList = [{ address: RECIPIENT, storageKeys: [`0x${'01'.repeat(32)}`] }]
  const authorization = {
    chainId: '0x0',
    address: RECIPIENT,
    nonce: '0x1',
    yParity: '0x1',
    r: '0x1234',
    s: '0x5678',
  }
  return [
    signTransaction(genesis, 0, { type: 0 }),
    signTransaction(genesis, 1, { type: 1, accessList }),
    signTransaction(genesis, 2, { type: 2, data: logData(1, 2) }),
    signTransaction(genesis, 3, { type: 4, authorizationList: [authorization] }),
    signTransaction(genesis, 4, { to: undefined, data: '0x6000', value: 0n }),
    signTransaction(genesis, 5, { type: 2, accessList, data: logData(1, 3) }),
  ]
}

/** Data that makes the fake chain log these numbers as topics. */
export function logData(...topics: readonly number[]): Hex {
  return `0x${topics.map((topic) => topicOf(topic).slice(2)).join('')}`
}

export function topicOf(topic: number): Hex {
  return `0x${topic.toString(16).padStart(64, '0')}`
}
