/**
 * How a command ends: what people are told, and the exit code.
 *
 * An expected failure is one sentence that says what to do; anything else is a bug and shows its
 * stack. Spec: docs/spec/interface.md, "Commands".
 */
import { InvalidArgumentError } from 'commander'

export const EXIT_OK = 0
export const EXIT_FAILURE = 1
export const EXIT_USAGE = 2

/** A failure with a sentence for people; `code` is for machines (`--json`). */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly type: { readonly code: string }
  readonly exitCode: number

  constructor(code: string, sentence: string, exitCode: number = EXIT_FAILURE) {
    super(sentence)
    this.type = { code }
    this.exitCode = exitCode
  }
}

/** A bad value of a flag: commander prints it with the flag's name and exits with 2. */
export function invalidFlag(expected: string): InvalidArgumentError {
  return new InvalidArgumentError(`It must be ${expected}.`)
}

/** Runs a command's action; every failure ends here and nowhere else. */
export async function runCommand(isJson: boolean, action: () => Promise<void>): Promise<void> {
  try {
    await action()
  } catch (error) {
    process.exitCode = report(error, isJson)
  }
}

function report(error: unknown, isJson: boolean): number {
  const code = failureCode(error) ?? systemCode(error)
  if (code === undefined) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
    console.error(`Internal error, please report it:\n${stack}`)
    return EXIT_FAILURE
  }
  const message = sentenceOf(error)
  console.error(isJson ? JSON.stringify({ error: { code, message } }) : `Error: ${message}`)
  return error instanceof CommandError ? error.exitCode : EXIT_FAILURE
}

/** The code of an expected failure of any module of ours; undefined for a bug. */
function failureCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('type' in error)) return undefined
  const { type } = error
  if (typeof type !== 'object' || type === null || !('code' in type)) return undefined
  return typeof type.code === 'string' ? type.code : undefined
}

/** What the operating system refuses is the operator's to mend, not a bug. */
const SYSTEM_REASONS: Readonly<Record<string, string>> = {
  EACCES: 'is not ours to use: change its permissions, or choose another path',
  EPERM: 'is not ours to use: change its permissions, or choose another path',
  EROFS: 'is on a file system that can only be read: choose another path',
  ENOTDIR: 'is no directory, or goes through a file: choose another path',
  EEXIST: 'is there already: move it away, or choose another path',
  EISDIR: 'is a directory: give the path of a file',
  ENOENT: 'is not there: check the path',
  ENOSPC: "can't be written, the disk is full: make room, then start again",
}

function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('path' in error)) return undefined
  return typeof error.code === 'string' && error.code in SYSTEM_REASONS ? error.code : undefined
}

function sentenceOf(error: unknown): string {
  const code = systemCode(error)
  if (code !== undefined) {
    return `${String((error as NodeJS.ErrnoException).path)} ${SYSTEM_REASONS[code]}.`
  }
  return error instanceof Error ? error.message : String(error)
}
