/** Software that is wrong: an executor that comes to another state after one block. */
import type { Hash, Header } from '../../../consensus/types.ts'
import type { ExecutorOpener } from '../../chain/chain-types.ts'
import type { BlockExecutor } from '../../execution/executor.ts'

/** What an executor is told of a block; nobody seals two of one height in one second. */
type BlockTerms = Pick<Header, 'number' | 'coinbase' | 'timestamp'>

const WRONG_ROOT: Hash = `0x${'ba'.repeat(32)}`

/** `wrongBlock` is asked at each block; undefined: none is wrong so far. */
export function wrongExecutor(
  open: ExecutorOpener,
  wrongBlock: () => BlockTerms | undefined,
): ExecutorOpener {
  return async (parts) => {
    const executor = await open(parts)
    const execute: BlockExecutor['executeBlock'] = executor.executeBlock.bind(executor)
    executor.executeBlock = async (parent, header, transactions) => {
      const executed = await execute(parent, header, transactions)
      return isSame(wrongBlock(), header) ? { ...executed, stateRoot: WRONG_ROOT } : executed
    }
    return executor
  }
}

function isSame(block: BlockTerms | undefined, { number, coinbase, timestamp }: BlockTerms) {
  return block?.number === number && block.coinbase === coinbase && block.timestamp === timestamp
}
