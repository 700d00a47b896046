/**
 * From bytes to a transaction with its sender: everything that can be refused without the sender
 * is refused before it is recovered, which is the dear step, done for many together.
 */
import type { Common } from '@ethereumjs/common'
import type { Hash } from '../../consensus/types.ts'
import { parseTransaction, type UnrecoveredTransaction } from '../crypto/decode-transaction.ts'
import { TransactionError } from '../crypto/transaction-envelope.ts'
import type { SignedTransaction } from '../transaction.ts'
import { type AdmissionRules, verifySize, verifyStandalone } from './admission.ts'
import { PoolError } from './pool-error.ts'

/** One outcome for each input, in order. */
export interface SenderSource {
  recover(
    parsed: readonly UnrecoveredTransaction[],
  ): Promise<readonly (SignedTransaction | TransactionError)[]>
}

export type IntakeModules = {
  readonly common: Common
  readonly senders: SenderSource
  readonly rules: () => AdmissionRules
  readonly isKnown: (hash: Hash) => boolean
}

export class Intake {
  readonly #modules: IntakeModules

  constructor(modules: IntakeModules) {
    this.#modules = modules
  }

  /** A transaction or its refusal for each input, in order. The inputs are not kept. */
  async take(raws: readonly Uint8Array[]): Promise<readonly (SignedTransaction | PoolError)[]> {
    const parsed = raws.map((raw) => this.#parse(raw))
    const recovered = await this.#modules.senders.recover(parsed.filter(isParsed))
    let next = 0
    return parsed.map((item) => {
      if (item instanceof PoolError) return item
      const outcome = recovered[next++]
      if (outcome instanceof TransactionError) return refusalOf(outcome)
      return outcome ?? new PoolError({ code: 'SIGNATURE_INVALID' })
    })
  }

  #parse(raw: Uint8Array): UnrecoveredTransaction | PoolError {
    try {
      verifySize(raw)
      // A copy: the bytes may be a view of a message, which would stay in memory as a whole.
      const parsed = parseTransaction(raw.slice(), this.#modules.common)
      if (this.#modules.isKnown(parsed.hash)) return new PoolError({ code: 'ALREADY_KNOWN' })
      verifyStandalone(parsed.tx, this.#modules.rules())
      return parsed
    } catch (error) {
      if (error instanceof PoolError) return error
      if (error instanceof TransactionError) return refusalOf(error)
      throw error
    }
  }
}

function isParsed(item: UnrecoveredTransaction | PoolError): item is UnrecoveredTransaction {
  return !(item instanceof PoolError)
}

function refusalOf(error: TransactionError): PoolError {
  return new PoolError(error.type, { cause: error })
}
