/**
 * A page of documentation as a program: its steps, the commands of their `sh` blocks, and what each
 * is said to print. The test and the demo of docs/economy.md read it here, so that no command of
 * the page has a copy.
 *
 * `# => text` below a command is the last line that it prints, and several of them are the last
 * lines. `…` stands for anything, and a space for any space.
 */

/** What is typed, and the last lines of what it prints. */
export type Command = {
  readonly kind: 'command'
  readonly script: string
  readonly expected: readonly string[]
}

export type Prose = { readonly kind: 'prose'; readonly text: string }

/** A section of the page, in its order. */
export type Step = {
  readonly title: string
  readonly parts: readonly (Prose | Command)[]
  readonly commands: readonly Command[]
}

const EXPECTATION = /^# => ?/
const SECTION = /^## /m
/** Splits a section into text, language, code, text, language, code, ..., text. */
const FENCE = /^```(\w*)\n([\s\S]*?)^```$/m

/** The sections with commands; the others are for readers alone. */
export function parseWalkthrough(markdown: string): readonly Step[] {
  const [, ...sections] = markdown.split(SECTION)
  return sections.map(parseStep).filter(({ commands }) => commands.length > 0)
}

/** Whether the last lines of `printed` are those `expected`. */
export function isAsExpected(printed: string, expected: readonly string[]): boolean {
  if (expected.length === 0) return true
  const last = printed.trimEnd().split('\n').slice(-expected.length)
  return last.length === expected.length && expected.every((line, i) => fits(line, last[i] ?? ''))
}

function parseStep(section: string): Step {
  const [title = '', ...body] = section.split('\n')
  const pieces = body.join('\n').split(FENCE)
  const parts: (Prose | Command)[] = []
  for (let i = 0; i < pieces.length; i += 3) {
    const [text = '', language, code = ''] = pieces.slice(i, i + 3)
    if (text.trim() !== '') parts.push({ kind: 'prose', text: text.trim() })
    if (language === 'sh') parts.push(...parseCommands(code))
  }
  return { title, parts, commands: parts.filter((part) => part.kind === 'command') }
}

/** A command ends with what it is expected to print, or with its block. */
function parseCommands(code: string): readonly Command[] {
  const commands: { script: string[]; expected: string[] }[] = []
  for (const line of code.trim().split('\n')) {
    const isExpectation = EXPECTATION.test(line)
    let current = commands.at(-1)
    if (current === undefined || (!isExpectation && current.expected.length > 0)) {
      current = { script: [], expected: [] }
      commands.push(current)
    }
    if (isExpectation) current.expected.push(line.replace(EXPECTATION, ''))
    else current.script.push(line)
  }
  return commands.map(({ script, expected }) => {
    return { kind: 'command', script: script.join('\n').trim(), expected }
  })
}

function fits(expected: string, line: string): boolean {
  const escaped = expected.trim().replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  const pattern = escaped.replace(/\s+/g, '\\s+').replaceAll('…', '.*')
  return new RegExp(`^${pattern}$`).test(line.trim())
}
