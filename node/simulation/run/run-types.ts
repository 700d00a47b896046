/** What goes into a run and comes out of it, whatever the tier. */

export type RunOptions = {
  /** Lines of the trace that are kept; 0 is none, and faster. */
  readonly linesMax: number
  /** Each line of the trace as it happens. */
  readonly print: ((line: string) => void) | undefined
  /** Stops here at the latest, in virtual milliseconds. */
  readonly untilMs: number
}

export type RunReport = {
  readonly seed: number
  readonly tier: number
  /** Of everything that happened: equal for equal seeds. */
  readonly digest: string
  readonly events: number
  readonly coverage: Readonly<Record<string, number>>
  /** What must not be, and was. */
  readonly failure: string | undefined
  /** The last lines of the trace, if any were kept. */
  readonly lines: readonly string[]
}
