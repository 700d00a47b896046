/**
 * A batch: answered in order, at most so many items and so many bytes.
 *
 * Items run one after another, as a client that writes "send, then read" expects. Only methods
 * that say so run beside their like: a hundred raw transactions in a row share the pool's work.
 * An item that finds all in memory waits for nothing, so the batch gives way by itself.
 */

import { setImmediate as turnOfOthers } from 'node:timers/promises'
import { answerTooLarge, limitExceeded } from '../errors.ts'
import { ANSWER_BYTES_MAX, BATCH_ITEMS_MAX, BATCH_TURN_MS } from '../limits.ts'
import { invalidRequest } from './envelope.ts'

type BatchSteps = {
  /** Never rejects; undefined for a notification. */
  readonly answer: (item: unknown) => string | undefined | Promise<string | undefined>
  /** Undefined for a notification. */
  readonly refuse: (item: unknown, error: unknown) => string | undefined
  /** Items in a row with the same name start together; undefined: this one runs alone. */
  readonly groupOf: (item: unknown) => string | undefined
}

/** Undefined when all items are notifications. Throws INVALID_REQUEST or LIMIT_EXCEEDED. */
export async function answerBatch(
  items: readonly unknown[],
  { answer: answerOne, refuse, groupOf }: BatchSteps,
): Promise<string | undefined> {
  if (items.length === 0) throw invalidRequest('empty batch')
  if (items.length > BATCH_ITEMS_MAX) {
    throw limitExceeded(`batch too large: ${items.length} items, at most ${BATCH_ITEMS_MAX}`)
  }
  const answers: string[] = []
  let room = ANSWER_BYTES_MAX
  let turnEndMs = performance.now() + BATCH_TURN_MS
  for (let from = 0; from < items.length; ) {
    if (performance.now() > turnEndMs) {
      await turnOfOthers()
      turnEndMs = performance.now() + BATCH_TURN_MS
    }
    const group = items.slice(from, from + groupLength(items, from, groupOf))
    from += group.length
    const texts = room < 0 ? [] : await Promise.all(group.map(async (item) => answerOne(item)))
    group.forEach((item, position) => {
      const text = texts[position]
      room -= text?.length ?? 0
      const answer = room >= 0 ? text : refuse(item, answerTooLarge())
      if (answer !== undefined) answers.push(answer)
    })
  }
  return answers.length === 0 ? undefined : `[${answers.join(',')}]`
}

/** How many items from `from` on start together; at least one. */
function groupLength(
  items: readonly unknown[],
  from: number,
  groupOf: BatchSteps['groupOf'],
): number {
  const name = groupOf(items[from])
  if (name === undefined) return 1
  let end = from + 1
  while (end < items.length && groupOf(items[end]) === name) end++
  return end - from
}
