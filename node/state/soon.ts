/**
 * Answers that are mostly at hand: state that was read before, code that ran before. Waiting for
 * them through promises costs more than the work itself, so they come as values when they can.
 */

/** A value that is at hand, or has to be waited for. `await` takes either. */
export type Soon<Value> = Value | Promise<Value>

/** Goes on with `value`: at once when it is at hand. What `goOn` throws comes out as it would. */
export function andThen<Value, Result>(
  value: Soon<Value>,
  goOn: (value: Value) => Soon<Result>,
): Soon<Result> {
  return value instanceof Promise ? value.then(goOn) : goOn(value)
}

/** Does `run`, and `end` when that is over, however it ends. */
export function lastly<Result>(run: () => Soon<Result>, end: () => void): Soon<Result> {
  let result: Soon<Result>
  try {
    result = run()
  } catch (error) {
    end()
    throw error
  }
  if (result instanceof Promise) return result.finally(end)
  end()
  return result
}
