/**
 * One bash for the commands of a page: variables and functions stay from command to command, as in
 * the terminal of a reader. A command that fails ends it.
 */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'

/** A vote takes a minute of the chain's time, and machines may be slow. */
const COMMAND_TIMEOUT_MS = 180_000

export type ShellOptions = {
  readonly directory: string
  readonly environment: Readonly<Record<string, string>>
}

export class Shell {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #ended: Promise<void>
  #printed = ''
  #complaints = ''
  #onPrinted: () => void = () => undefined

  constructor({ directory, environment }: ShellOptions) {
    this.#child = spawn('bash', ['-euo', 'pipefail'], {
      cwd: directory,
      env: { ...process.env, ...environment },
    })
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#printed += text
      this.#onPrinted()
    })
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#complaints += text
    })
    // A command for a shell that is gone: its end is what counts.
    this.#child.stdin.on('error', () => undefined)
    this.#ended = new Promise((resolve) => {
      this.#child.once('close', () => resolve())
      this.#child.once('error', (error) => {
        this.#complaints += error.message
        resolve()
      })
    })
  }

  /** What `script` prints. Throws {@link ShellError} when a command of it fails. */
  async run(script: string): Promise<string> {
    const end = `\n${randomUUID()}\n`
    this.#printed = ''
    this.#complaints = ''
    const done = new Promise<boolean>((resolve) => {
      this.#onPrinted = () => {
        if (this.#printed.endsWith(end)) resolve(true)
      }
    })
    const timer = setTimeout(() => {
      this.#complaints += `No end after ${COMMAND_TIMEOUT_MS / 1000} s.`
      this.close()
    }, COMMAND_TIMEOUT_MS)
    // Commands that read would otherwise take the next ones.
    this.#child.stdin.write(`{ ${script}\n} < /dev/null\nprintf '%s' '${end}'\n`)
    const isDone = await Promise.race([done, this.#ended.then(() => false)])
    clearTimeout(timer)
    if (!isDone) throw new ShellError(script, `${this.#printed}${this.#complaints}`.trim())
    return this.#printed.slice(0, -end.length).trimEnd()
  }

  close(): void {
    this.#child.kill('SIGKILL')
  }
}

/** Whether `name` can be run in `directory`, where packages of npm come first. */
export function hasProgram(name: string, directory: string): boolean {
  const env = { ...process.env, PATH: `${directory}/node_modules/.bin:${process.env['PATH']}` }
  return spawnSync(name, ['--version'], { env }).status === 0
}

export class ShellError extends Error {
  override readonly name = 'ShellError'

  constructor(script: string, printed: string) {
    super(`${script}\ndid not come to its end, and the shell is closed. It said:\n${printed}`)
  }
}
