/** Waits for the operator: Ctrl-C or a termination signal. */

/**
 * Resolves at the first signal; a second one ends the process at once. Called before anything is
 * started, so that a signal during the start is not lost: what was started then stops in order.
 */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false
    const onSignal = () => {
      if (asked) process.exit(1)
      asked = true
      resolve()
    }
    process.on('SIGINT', onSignal)
    process.on('SIGTERM', onSignal)
  })
}
