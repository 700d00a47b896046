/**
 * Is this the body that the header commits to, and does it keep the limits of a block: asked
 * before a block is passed on and again when it is imported, computed once.
 *
 * Anybody can put another body beside a good header and proof. Passed on unseen, it would be held
 * against honest nodes, and stand in the way of the right one. Spec: docs/spec/block.md, B1-B4.
 */
import { BodyError, verifyBody } from '../../../consensus/rules/body-rules.ts'
import type { SealedBlock } from '../sealed-block.ts'
import { type Fault, faultOf } from './block-fault.ts'

const verified = new WeakSet<SealedBlock>()

/** Throws `BodyError`. */
export function checkBody(block: SealedBlock): void {
  if (verified.has(block)) return
  verifyBody(block)
  verified.add(block)
}

/** The fault of a body; undefined: it has none. */
export function bodyFault(block: SealedBlock): Fault | undefined {
  try {
    checkBody(block)
    return undefined
  } catch (error) {
    if (error instanceof BodyError) return faultOf(error)
    throw error
  }
}
