/**
 * What has happened at least once in all runs together: a swarm that never crashes a node between
 * two writes tests less than one thinks.
 */
export class Coverage {
  readonly #counts = new Map<string, number>()

  hit(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1)
  }

  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts)
  }
}
