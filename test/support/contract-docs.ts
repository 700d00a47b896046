/**
 * Fills in what docs/contracts.md has from the contracts themselves: between `<!-- name: ... -->` and
 * `<!-- end -->` stand tables made of ABIs, NatSpec, constructor arguments and measured gas. All else
 * in that file is written by hand and left alone.
 */
import { type AbiEvent, type AbiFunction, toEventSelector, toFunctionSelector } from 'viem'
import { type AbiItem, type AbiParameter, PREDEPLOY_ARTIFACTS } from '../../genesis/artifacts.ts'
import { PREDEPLOYS } from '../../genesis/predeploys.ts'
import { builtWith } from './constructor-values.ts'
import type { GasRow } from './contract-gas.ts'
import { type MemberKind, NatSpec } from './natspec.ts'

type ContractName = keyof typeof PREDEPLOY_ARTIFACTS

/** A function, event or error, as a reader wants it. */
type Member = {
  readonly kind: MemberKind
  readonly name: string
  readonly isView: boolean
  /** With names and our names of types; in code style. */
  readonly text: string
  readonly selector: string
  readonly item: AbiItem
  /** Undefined for what OpenZeppelin brings along. */
  readonly notice: string | undefined
}

const BLOCK = /<!-- (\w+)(?:: ([\w, ]+))? -->\n[\s\S]*?<!-- end -->/g
/** More contracts than this share an error that all of them have from one library. */
const CONTRACTS_LISTED_MAX = 4

export function fillContractDocs(markdown: string, gas: readonly GasRow[]): string {
  const spec = new NatSpec()
  return markdown.replace(BLOCK, (_, kind: string, argument = '') => {
    const names = argument.split(', ') as ContractName[]
    const head = argument === '' ? kind : `${kind}: ${argument}`
    return `<!-- ${head} -->\n${render(kind, names, spec, gas)}\n<!-- end -->`
  })
}

function render(
  kind: string,
  names: readonly ContractName[],
  spec: NatSpec,
  gas: readonly GasRow[],
): string {
  if (kind === 'overview') return renderOverview(spec)
  if (kind === 'contract') return renderContract(names, spec)
  if (kind === 'errors') return renderErrors(spec)
  if (kind === 'enums') return renderEnums(spec)
  if (kind === 'gas') return renderGas(gas)
  throw new Error(`no block is called ${kind}`)
}

function renderOverview(spec: NatSpec): string {
  const rows = (Object.keys(PREDEPLOY_ARTIFACTS) as ContractName[]).map((name) => {
    const { contractName, deployedBytecode } = PREDEPLOY_ARTIFACTS[name]
    const bytes = ((deployedBytecode.length - 2) / 2).toLocaleString('en-US')
    const title = spec.titleOf(contractName) || "OpenZeppelin's, unchanged"
    const { length } = PREDEPLOYS[name]
    const address = `0x…${PREDEPLOYS[name].slice(length - 4).toUpperCase()}`
    return { address, row: [`\`${address}\``, name, contractName, title, bytes] }
  })
  const sorted = rows.sort((a, b) => inOrder(a.address, b.address)).map(({ row }) => row)
  return table(['Address', 'Name', 'Contract', 'What it is', 'Code, bytes'], sorted)
}

function renderContract(names: readonly ContractName[], spec: NatSpec): string {
  const [first] = names
  if (first === undefined) throw new Error('a block of a contract names one')
  const members = membersOf(first, spec)
  const ours = members.filter(({ notice }) => notice !== undefined)
  const row = ({ text, selector, notice = '' }: Member) => [text, `\`${selector}\``, notice]
  const part = (title: string, keep: (member: Member) => boolean) =>
    table([title, title === 'Event' ? 'Topic' : 'Selector', ''], ours.filter(keep).map(row))
  const tables = [
    part('Call', ({ kind, isView }) => kind === 'function' && !isView),
    part('View', ({ kind, isView }) => kind === 'function' && isView),
    part('Event', ({ kind }) => kind === 'event'),
    part('Error', ({ kind }) => kind === 'error'),
    structsOf(ours),
    inheritedOf(members),
  ]
  const interfaceOf = [`<details>\n<summary>Interface of ${names.join(', ')}</summary>`, ...tables]
  const blocks = [builtWith(names), ...interfaceOf, '</details>']
  return blocks.filter((block) => block !== '').join('\n\n')
}

function renderErrors(spec: NatSpec): string {
  const holders = new Map<string, { text: string; contracts: Set<string> }>()
  for (const name of Object.keys(PREDEPLOY_ARTIFACTS) as ContractName[]) {
    for (const { kind, selector, item } of membersOf(name, spec)) {
      if (kind !== 'error') continue
      const entry = holders.get(selector) ?? { text: signatureOf(item), contracts: new Set() }
      entry.contracts.add(PREDEPLOY_ARTIFACTS[name].contractName)
      holders.set(selector, entry)
    }
  }
  const sorted = [...holders].sort(([a], [b]) => inOrder(a, b))
  const rows = sorted.map(([selector, { text, contracts }]) => {
    const list = [...contracts].sort(inOrder)
    const isCommon = list.length > CONTRACTS_LISTED_MAX
    return [
      `\`${selector}\``,
      `\`${text}\``,
      isCommon ? `${list.length} contracts` : list.join(', '),
    ]
  })
  return table(['Selector', 'Error', 'In the ABI of'], rows)
}

function renderEnums(spec: NatSpec): string {
  const rows = spec.enums.map(({ contract, name, members }) => ({
    title: `\`${contract}.${name}\``,
    values: members.map((member, value) => `${value} ${member}`).join(', '),
  }))
  const sorted = rows.sort((a, b) => inOrder(a.title, b.title))
  return table(
    ['Enum', 'Values'],
    sorted.map(({ title, values }) => [title, values]),
  )
}

function renderGas(gas: readonly GasRow[]): string {
  const rows = gas.map((row) => [row.contract, row.call, row.gas.toLocaleString('en-US')])
  return table(['Contract', 'Call', 'Gas'], rows)
}

/** In the order of their names. */
function membersOf(name: ContractName, spec: NatSpec): readonly Member[] {
  const { abi, contractName } = PREDEPLOY_ARTIFACTS[name]
  return abi.flatMap((item) => {
    const { type, name: member, inputs = [], stateMutability } = item
    if (member === undefined || !isKind(type)) return []
    return {
      kind: type,
      name: member,
      isView: stateMutability === 'view' || stateMutability === 'pure',
      text: describe(item),
      selector: selectorOf(item),
      item,
      notice: spec.noticeOf(contractName, type, member, inputs.length),
    }
  })
}

function isKind(type: string): type is MemberKind {
  return type === 'function' || type === 'event' || type === 'error'
}

/** As Solidity writes it, without what a reader of a table can do without. */
function describe({ name, inputs = [], outputs = [], stateMutability }: AbiItem): string {
  const head = `\`${name}(${inputs.map(parameter).join(', ')})\``
  const payable = stateMutability === 'payable' ? ' payable' : ''
  const result = outputs.length === 0 ? '' : ` → \`${outputs.map(parameter).join(', ')}\``
  return `${head}${payable}${result}`
}

function parameter(field: AbiParameter): string {
  const words = [typeOf(field), field.indexed === true ? 'indexed' : '', field.name]
  return words.filter((word) => word !== '').join(' ')
}

/** Enums and structs by their own names; contracts are addresses. */
function typeOf({ type, internalType = type }: AbiParameter): string {
  const [, named] = /^(?:enum|struct) (?:\w+\.)?(\w+(?:\[\])?)$/.exec(internalType) ?? []
  return named ?? type
}

function selectorOf(item: AbiItem): string {
  if (item.type === 'event') return toEventSelector(item as AbiEvent)
  return toFunctionSelector({ ...item, type: 'function' } as AbiFunction)
}

/** `name(types)`, as it is hashed but with names of structs. */
function signatureOf({ name, inputs = [] }: AbiItem): string {
  return `${name}(${inputs.map(typeOf).join(', ')})`
}

function structsOf(members: readonly Member[]): string {
  const structs = new Map<string, string>()
  const visit = (field: AbiParameter): void => {
    const { components } = field
    if (components === undefined) return
    const fields = components.map(parameter).join(', ')
    structs.set(typeOf(field).replace('[]', ''), fields)
    components.forEach(visit)
  }
  for (const { item } of members) [...(item.inputs ?? []), ...(item.outputs ?? [])].forEach(visit)
  const sorted = [...structs].sort(([a], [b]) => inOrder(a, b))
  const lines = sorted.map(([name, fields]) => `\`${name} { ${fields} }\``)
  return lines.length === 0 ? '' : `Structs: ${lines.join(', ')}.`
}

function inheritedOf(members: readonly Member[]): string {
  const theirs = members.filter(({ kind, notice }) => kind === 'function' && notice === undefined)
  if (theirs.length === 0) return ''
  const list = theirs.map(({ item, selector }) => `\`${signatureOf(item)}\` ${selector}`)
  return `From OpenZeppelin: ${list.join(', ')}.`
}

function inOrder(a: string, b: string): number {
  return a < b ? -1 : 1
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return ''
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n')
}
