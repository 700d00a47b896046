/** The figures of the games, a line each, as docs/security.md quotes them. */

export function report(game: string, what: string, figure: number | string): void {
  const shown = typeof figure === 'number' ? figure.toPrecision(4) : figure
  console.info(`${game.padEnd(4)} ${what}: ${shown}`)
}
