/**
 * What this validator has signed, in a file of its own: one line a vote, on disk before the vote is
 * signed. The newest good line decides; what stands after a torn one is cut off.
 *
 * Whoever restores an old copy of a data directory takes this file back with it: the node then
 * listens for two epochs before it votes. Spec: docs/spec/finality.md, F5, F6.
 */
import { join } from 'node:path'
import { CodedError } from '../../consensus/errors.ts'
import type { FinalityVote } from '../../consensus/finality/types.ts'
import type { SignedEpochs } from '../../consensus/finality/votes/slashing-rule.ts'
import type { Address, Hash } from '../../consensus/types.ts'
import { crc32c } from '../storage/codec/crc32c.ts'
import { type Files, systemFiles } from '../storage/files.ts'

/** A file above this is shortened to its newest line at start: two days of votes of 16 s. */
const FILE_BYTES_MAX = 1024 * 1024

type Line = SignedEpochs & { readonly targetHash: Hash }

export class VoteProtection {
  readonly #files: Files
  readonly #path: string
  /** Of the lines that are whole. */
  #bytes: number
  #last: Line | undefined
  /** A write failed: what it left behind may stand after the last whole line. */
  #isTorn = false

  private constructor(files: Files, path: string, last: Line | undefined, bytes: number) {
    this.#files = files
    this.#path = path
    this.#last = last
    this.#bytes = bytes
  }

  /**
   * Opens the record of one voting key on one chain. Throws {@link ProtectionError} if a line in
   * the middle is damaged: what was signed is then unknown.
   */
  static async open(
    directory: string,
    votingKey: Address,
    genesisHash: Hash,
    files: Files = systemFiles,
  ): Promise<VoteProtection> {
    const path = join(directory, `${genesisHash.slice(2, 10)}-${votingKey.slice(2)}.votes`)
    const text = (await files.read(path)) ?? ''
    const { last, bytes } = readLines(text, path)
    if (last !== undefined && bytes > FILE_BYTES_MAX) {
      const line = formatLine(last)
      await files.replace(path, line)
      return new VoteProtection(files, path, last, line.length)
    }
    // A torn line was never followed by a signature.
    if (bytes < text.length) await files.truncate(path, bytes)
    return new VoteProtection(files, path, last, bytes)
  }

  /** The newest epochs that were signed. */
  get last(): SignedEpochs | undefined {
    return this.#last
  }

  /** Forgets all: the developer of a chain of one node took back what was voted for. */
  async forget(): Promise<void> {
    await this.#files.replace(this.#path, '')
    this.#bytes = 0
    this.#isTorn = false
    this.#last = undefined
  }

  /** Resolves when the vote is on disk: it may be signed then, and not before. */
  async write(vote: FinalityVote): Promise<void> {
    const { sourceEpoch, targetEpoch, targetHash } = vote
    const last = this.#last
    if (last !== undefined && (targetEpoch <= last.targetEpoch || sourceEpoch < last.sourceEpoch)) {
      throw new ProtectionError({
        code: 'ALREADY_SIGNED',
        targetEpoch,
        lastTarget: last.targetEpoch,
      })
    }
    const line = formatLine({ sourceEpoch, targetEpoch, targetHash })
    if (this.#isTorn) await this.#files.truncate(this.#path, this.#bytes)
    this.#isTorn = true
    await this.#files.append(this.#path, line, { sync: true })
    this.#isTorn = false
    this.#bytes += line.length
    this.#last = { sourceEpoch, targetEpoch, targetHash }
  }
}

function formatLine({ sourceEpoch, targetEpoch, targetHash }: Line): string {
  const text = `${sourceEpoch} ${targetEpoch} ${targetHash}`
  return `${text} ${checksum(text)}\n`
}

function readLines(text: string, path: string): { last: Line | undefined; bytes: number } {
  let last: Line | undefined
  let bytes = 0
  const lines = text.split('\n')
  for (const [index, line] of lines.entries()) {
    const parsed = parseLine(line)
    // The last piece is empty, or a line that was torn while it was written.
    if (parsed === undefined && index >= lines.length - 1) break
    if (parsed === undefined) {
      const sentence =
        `The record of signed votes ${path} is damaged in line ${index + 1}: ` +
        'what was signed is unknown. Remove it only if no other node votes with this key, ' +
        'and after two epochs without it.'
      throw new ProtectionError({ code: 'DAMAGED', path, line: index + 1 }, sentence)
    }
    last = parsed
    bytes += line.length + 1
  }
  return { last, bytes }
}

function parseLine(line: string): Line | undefined {
  const match = /^(\d+) (\d+) (0x[0-9a-f]{64}) ([0-9a-f]{8})$/.exec(line)
  const [, source, target, targetHash, sum] = match ?? []
  if (source === undefined || target === undefined || targetHash === undefined) return undefined
  if (checksum(`${source} ${target} ${targetHash}`) !== sum) return undefined
  return {
    sourceEpoch: BigInt(source),
    targetEpoch: BigInt(target),
    targetHash: targetHash as Hash,
  }
}

function checksum(text: string): string {
  return crc32c(Buffer.from(text)).toString(16).padStart(8, '0')
}

export type ProtectionErrorType =
  | { readonly code: 'DAMAGED'; readonly path: string; readonly line: number }
  | { readonly code: 'ALREADY_SIGNED'; readonly targetEpoch: bigint; readonly lastTarget: bigint }

export class ProtectionError extends CodedError<ProtectionErrorType> {}
