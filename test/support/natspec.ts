/**
 * What the sources of genesis/contracts say of themselves: `@notice` of functions, variables, events
 * and errors, titles, and the members of enums. Read from the text, because artifacts keep ABIs only.
 */
import { listFiles, readSource } from './source-tree.ts'

export type MemberKind = 'function' | 'event' | 'error'

export type Notice = {
  readonly kind: MemberKind
  readonly name: string
  /** Parameters; undefined for a public variable, whose getter may have some. */
  readonly arity: number | undefined
  /** Undefined where `source` has it. */
  readonly text: string | undefined
  /** Of `@inheritdoc`. */
  readonly source: string | undefined
}

export type ContractSource = {
  readonly name: string
  readonly title: string
  readonly bases: readonly string[]
  readonly notices: readonly Notice[]
}

export type EnumSource = {
  readonly contract: string
  readonly name: string
  readonly members: readonly string[]
}

const COMMENT = String.raw`((?:[ \t]*\/\/\/[^\n]*\n)+|[ \t]*\/\*\*[\s\S]*?\*\/\n)`
const CONTRACT = new RegExp(
  `${COMMENT}(?:abstract )?(?:contract|interface|library) (\\w+)(?:\\s+is\\s+([^{]*))?\\s*\\{`,
  'g',
)
const MEMBER = new RegExp(
  `${COMMENT}(?:\\s*\\/\\/ [^\\n]*\\n)*\\s*(?:(function|event|error) (\\w+)\\s*\\(([^)]*)\\)|([^;{]*?\\bpublic\\b[^;{=]*?)(?:=|;))`,
  'g',
)
const ENUM = /\benum (\w+) \{([^}]*)\}/g
const TAG = /@(notice|title|inheritdoc) ([\s\S]*?)(?= @\w+ |$)/g

export class NatSpec {
  readonly #contracts: ReadonlyMap<string, ContractSource>
  readonly enums: readonly EnumSource[]

  constructor() {
    const texts = listFiles(['genesis/contracts'], ['.sol']).map((path) => readSource(path).text)
    const contracts = texts.flatMap(readContracts)
    this.#contracts = new Map(contracts.map((contract) => [contract.name, contract]))
    this.enums = texts.flatMap(readEnums)
  }

  titleOf(contract: string): string {
    return this.#contracts.get(contract)?.title ?? ''
  }

  /**
   * What `contract` or what it is made of says of a member; of an error any of ours, since libraries
   * and interfaces declare some. Undefined if nobody of ours does.
   */
  noticeOf(contract: string, kind: MemberKind, name: string, arity: number): string | undefined {
    const own = this.#linearize(contract)
    for (const each of kind === 'error' ? [...own, ...this.#contracts.keys()] : own) {
      const notices = this.#contracts.get(each)?.notices.filter(matches(kind, name, arity)) ?? []
      for (const { text, source } of notices) {
        if (text !== undefined) return text
        if (source !== undefined) return this.noticeOf(source, kind, name, arity)
      }
    }
    return undefined
  }

  /** A contract of ours before what it inherits from. */
  #linearize(contract: string): readonly string[] {
    const { bases = [] } = this.#contracts.get(contract) ?? {}
    return [contract, ...bases.flatMap((base) => this.#linearize(base))]
  }
}

function matches(kind: MemberKind, name: string, arity: number): (notice: Notice) => boolean {
  return (notice) =>
    notice.kind === kind && notice.name === name && (notice.arity ?? arity) === arity
}

function readContracts(text: string): ContractSource[] {
  const heads = [...text.matchAll(CONTRACT)]
  return heads.map((head, index) => {
    const [whole, comment = '', name = '', bases = ''] = head
    const body = text.slice(head.index + whole.length, heads[index + 1]?.index)
    return {
      name,
      title: tagsOf(comment).get('title') ?? '',
      bases: bases.split(',').map((base) => base.trim()),
      notices: [...body.matchAll(MEMBER)].map(readNotice),
    }
  })
}

function readNotice(match: RegExpMatchArray): Notice {
  const [, comment = '', kind, name, parameters = '', variable] = match
  const tags = tagsOf(comment)
  return {
    kind: (kind ?? 'function') as MemberKind,
    name: name ?? variable?.trim().split(/\s+/).at(-1) ?? '',
    arity: variable === undefined ? countOf(parameters) : undefined,
    text: tags.get('notice'),
    source: tags.get('inheritdoc'),
  }
}

function readEnums(text: string): EnumSource[] {
  return [...text.matchAll(ENUM)].map(({ index, 1: name = '', 2: members = '' }) => {
    const before = [...text.slice(0, index).matchAll(CONTRACT)].at(-1)
    const list = members.split(',').map((member) => member.trim())
    return { contract: before?.[2] ?? '', name, members: list }
  })
}

function tagsOf(comment: string): ReadonlyMap<string, string> {
  const text = comment
    .replace(/^\s*(\/\/\/|\/\*\*|\*\/|\*)/gm, ' ')
    .replace(/\s+/g, ' ')
    .replace(/\*\/\s*$/, '')
  return new Map(
    [...text.trim().matchAll(TAG)].map(([, tag = '', said = '']) => [tag, said.trim()]),
  )
}

function countOf(parameters: string): number {
  return parameters.trim() === '' ? 0 : parameters.split(',').length
}
