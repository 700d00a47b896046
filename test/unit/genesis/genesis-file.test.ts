import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { GenesisError } from '../../../genesis/errors.ts'
import { loadGenesisFile, parseGenesisFile } from '../../../genesis/genesis-file.ts'
import { PREDEPLOYS } from '../../../genesis/predeploys.ts'
import { repeatedAddress, testGenesis } from './test-genesis.ts'

/** What tests reach into, to spoil it. */
type Json = ReturnType<typeof JSON.parse>

const genesis = await testGenesis()

/** The file as a fresh copy, after `spoil`. */
function edited(spoil: (file: Json) => void): Json {
  const file = JSON.parse(JSON.stringify(genesis.file))
  spoil(file)
  return file
}

function errorOf(act: () => unknown): GenesisError {
  try {
    act()
  } catch (error) {
    if (error instanceof GenesisError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

function parseError(spoil: (file: Json) => void): GenesisError {
  return errorOf(() => parseGenesisFile(edited(spoil)))
}

describe('genesis / genesis-file', () => {
  it('reads back what the builder wrote', () => {
    const read = parseGenesisFile(edited(() => {}))
    expect(read).toEqual(genesis)
  })

  it('reads a file from disk', () => {
    const dir = mkdtempSync(join(tmpdir(), 'hanzo-genesis-'))
    const path = join(dir, 'genesis.json')
    writeFileSync(path, JSON.stringify(genesis.file, null, 2))
    expect(loadGenesisFile(path).hash).toBe(genesis.hash)
    writeFileSync(path, '{"config":')
    expect(errorOf(() => loadGenesisFile(path)).type).toEqual({ code: 'NOT_JSON', path })
    rmSync(dir, { recursive: true })
    expect(errorOf(() => loadGenesisFile(path)).type).toEqual({ code: 'FILE_UNREADABLE', path })
  })

  it('reads a file without recorded roots, as they follow from the rest', () => {
    const bare = edited((file) => {
      delete file.config.hanzo.genesisHash
      delete file.config.hanzo.stateRoot
      delete file.config.hanzo.paramsHash
    })
    expect(parseGenesisFile(bare).hash).toBe(genesis.hash)
  })

  it('does not depend on the case of addresses or the order of fields', () => {
    const shuffled = edited((file) => {
      file.alloc = Object.fromEntries(
        Object.entries(file.alloc)
          .reverse()
          .map(([address, account]) => [`0x${address.slice(2).toUpperCase()}`, account]),
      )
      file.config.hanzo.params = Object.fromEntries(
        Object.entries(file.config.hanzo.params).reverse(),
      )
    })
    expect(parseGenesisFile(shuffled).hash).toBe(genesis.hash)
  })

  it("refuses geth's genesis without our section", () => {
    const error = parseError((file) => delete file.config.hanzo)
    expect(error.type.code).toBe('NOT_HANZO')
    expect(error.message).toContain('hanzo init')
  })

  it.each<[string, (file: Json) => void]>([
    ['config', (file) => delete file.config],
    ['alloc', (file) => delete file.alloc],
    ['timestamp', (file) => delete file.timestamp],
    ['config.chainId', (file) => delete file.config.chainId],
    ['config.hanzo.params', (file) => delete file.config.hanzo.params],
    ['config.hanzo.params.dev', (file) => delete file.config.hanzo.params.dev],
    ['config.hanzo.validators', (file) => delete file.config.hanzo.validators],
    ['config.hanzo.validators[2].coinbase', (f) => delete f.config.hanzo.validators[2].coinbase],
  ])('names a missing field: %s', (field, spoil) => {
    expect(parseError(spoil).type).toEqual({ code: 'FIELD_MISSING', field })
  })

  it.each<[string, (file: Json) => void]>([
    ['prealloc', (file) => (file.prealloc = {})],
    ['config.verkleTime', (file) => (file.config.verkleTime = 0)],
    ['config.hanzo.owner', (file) => (file.config.hanzo.owner = '0x')],
    ['config.hanzo.params.gasLimit', (file) => (file.config.hanzo.params.gasLimit = 1)],
  ])('names a field it does not know: %s', (field, spoil) => {
    expect(parseError(spoil).type).toEqual({ code: 'FIELD_UNKNOWN', field })
  })

  it.each<[string, (file: Json) => void]>([
    ['config.hanzo', (file) => (file.config.hanzo = [])],
    ['config.hanzo.version', (file) => (file.config.hanzo.version = 2)],
    ['config.hanzo.preset', (file) => (file.config.hanzo.preset = 'tpu')],
    ['config.hanzo.params.shape', (file) => (file.config.hanzo.params.shape = 'S9')],
    ['config.hanzo.params.dev', (file) => (file.config.hanzo.params.dev = 1)],
    ['config.hanzo.params.epochLength', (file) => (file.config.hanzo.params.epochLength = 8.5)],
    ['config.hanzo.params.genesisDifficulty', (f) => (f.config.hanzo.params.genesisDifficulty = 1)],
    ['config.hanzo.validators', (file) => (file.config.hanzo.validators = {})],
    ['config.hanzo.validators[1].index', (file) => (file.config.hanzo.validators[1].index = 0)],
    ['config.hanzo.validators[0].address', (f) => (f.config.hanzo.validators[0].address = '0x1')],
    ['timestamp', (file) => (file.timestamp = 1_767_225_600)],
    ['gasLimit', (file) => (file.gasLimit = `0x8${'0'.repeat(15)}`)],
    ['alloc', (file) => (file.alloc['0x12'] = { balance: '0x0' })],
    [`alloc.${PREDEPLOYS.AI}.code`, (file) => (file.alloc[PREDEPLOYS.AI].code = '0x123')],
    [
      `alloc.${PREDEPLOYS.AI}.storage.0x01`,
      (file) => (file.alloc[PREDEPLOYS.AI].storage['0x01'] = '0x00'),
    ],
  ])('names a field with a wrong value: %s', (field, spoil) => {
    const { type, message } = parseError(spoil)
    expect(type).toMatchObject({ code: 'FIELD_INVALID', field })
    expect(message).toMatch(/must be .+\.$/)
  })

  it('refuses one account under two spellings', () => {
    const error = parseError((file) => {
      const address = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
      file.alloc[`0x${address.slice(2).toUpperCase()}`] = file.alloc[address]
    })
    expect(error.type.code).toBe('FIELD_INVALID')
  })

  it.each<[string, (file: Json) => void]>([
    ['config.chainId', (file) => (file.config.chainId = 1)],
    ['config.osakaTime', (file) => (file.config.osakaTime = 9_999_999_999)],
    ['extraData', (file) => (file.config.hanzo.params.eraBlocks = 2_404)],
    ['difficulty', (file) => (file.difficulty = '0x1')],
    ['nonce', (file) => (file.nonce = '0x0000000000000042')],
    ['baseFeePerGas', (file) => (file.baseFeePerGas = '0x7')],
    ['config.hanzo.paramsHash', (file) => (file.config.hanzo.paramsHash = '0x00')],
    [
      'config.hanzo.stateRoot',
      (file) => (file.alloc[PREDEPLOYS.AI].storage[`0x${'11'.repeat(32)}`] = '0x01'),
    ],
    ['config.hanzo.stateRoot', (file) => (file.alloc[PREDEPLOYS.AI].code = '0x00')],
    ['config.hanzo.genesisHash', (file) => (file.timestamp = '0x1')],
    ['config.hanzo.genesisHash', (file) => (file.gasLimit = '0x1000000')],
    [
      'config.hanzo.genesisHash',
      (file) => (file.config.hanzo.genesisHash = `0x${'00'.repeat(32)}`),
    ],
    ['config.hanzo.validators', (file) => file.config.hanzo.validators.pop()],
    [
      'config.hanzo.validators',
      (file) => (file.config.hanzo.validators[3].coinbase = repeatedAddress(9)),
    ],
    [
      'config.hanzo.validators',
      (file) => (file.config.hanzo.validators[0].address = repeatedAddress(9)),
    ],
    ['config.hanzo.predeploys', (file) => (file.config.hanzo.predeploys.AI = repeatedAddress(1))],
    ['config.hanzo.blocksPerYear', (file) => (file.config.hanzo.blocksPerYear = 601)],
  ])('refuses a file that was edited by hand: %s', (field, spoil) => {
    const { type, message } = parseError(spoil)
    expect(type).toMatchObject({ code: 'RECORD_MISMATCH', field })
    expect(message).toContain('was edited')
  })

  it('refuses balances that do not sum to the supply', () => {
    const { type } = parseError((file) => (file.alloc[PREDEPLOYS.AIBurn].balance = '0x1'))
    expect(type).toEqual({ code: 'SUPPLY_MISMATCH', actual: 10n ** 27n + 1n })
  })

  it.each([
    ['gasLimit', '0x1387'],
    ['gasLimit', '0x0'],
    ['timestamp', '0x20000000000000'],
  ])('refuses a block 0 that none can follow: %s %s', (field, value) => {
    const { type } = parseError((file) => (file[field] = value))
    expect(type).toMatchObject({ code: 'PARAM_INVALID', param: field })
  })

  it.each<[string, object]>([
    ['nothing', { balance: '0x0' }],
    ['storage alone', { balance: '0x0', storage: { '0x01': '0x01' } }],
  ])('refuses an account that holds %s: no state has a place for it', (_, account) => {
    const address = repeatedAddress(0xee)
    const { type } = parseError((file) => (file.alloc[address] = account))
    expect(type).toMatchObject({ code: 'FIELD_INVALID', field: `alloc.${address}` })
  })

  it('refuses parameters out of range before it looks at roots', () => {
    const { type } = parseError((file) => (file.config.hanzo.params.epochLength = 0))
    expect(type).toMatchObject({ code: 'PARAM_INVALID', param: 'epochLength' })
  })

  it.each([[null], [[]], ['genesis'], [7]])('refuses what is no object: %j', (json) => {
    expect(errorOf(() => parseGenesisFile(json)).type.code).toBe('FIELD_INVALID')
  })
})
