/** One at a time, in order: whatever reads the state and then changes the pool takes a turn. */

export class Turns {
  #last: Promise<unknown> = Promise.resolve()

  /** Runs `job` after all before it, whether they failed or not. */
  run<Result>(job: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(job)
    // Who asked for the job hears of its failure; the next one goes its own way.
    this.#last = result.catch(() => undefined)
    return result
  }

  /** Resolves when every turn that was asked for so far is over. */
  async settled(): Promise<void> {
    await this.#last
  }
}
