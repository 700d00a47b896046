import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getAddress } from 'viem'
import { describe, expect, it } from 'vitest'
import { devAccounts } from '../../../../genesis/accounts.ts'
import {
  chooseParticipants,
  devParticipants,
  loadParticipants,
  parseParticipants,
} from '../../../../genesis/economy/participants.ts'
import { GenesisError } from '../../../../genesis/errors.ts'
import {
  PREDEPLOYS,
  PREINSTALLS,
  type PredeployName,
  SAFE_CONTRACTS,
} from '../../../../genesis/predeploys.ts'
import type { Address } from '../../../../genesis/types.ts'
import { GenesisEvm } from '../contracts/genesis-evm.ts'
import { repeatedAddress, testGenesis } from '../test-genesis.ts'

/** What tests reach into, to spoil it. */
type Json = ReturnType<typeof JSON.parse>

const people = (from: number, count: number): Address[] =>
  Array.from({ length: count }, (_, i) => repeatedAddress(from + i))

function config(spoil: (json: Json) => void = () => {}): Json {
  const json = {
    guardians: { owners: people(1, 5), threshold: 3 },
    team: { owners: people(11, 3), threshold: 2 },
    attesters: people(21, 4),
    attesterThreshold: 3,
    attested: people(31, 2),
  }
  spoil(json)
  return json
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

describe('genesis / economy / participants', () => {
  it('takes a config as it is, with addresses in lower case', () => {
    expect(parseParticipants(config())).toEqual(config())
    const owner = devAccounts()[0]!.address
    const checksummed = config((json) => json.team.owners.push(getAddress(owner)))
    expect(parseParticipants(checksummed).team.owners).toContain(owner)
  })

  it('takes nobody as attested', () => {
    expect(parseParticipants(config((json) => (json.attested = []))).attested).toEqual([])
  })

  it.each<[string, string, (json: Json) => void]>([
    ['guardians', 'expected', (json) => delete json.guardians],
    ['owner', 'left out', (json) => (json.owner = repeatedAddress(9))],
    ['team.delay', 'left out', (json) => (json.team.delay = 1)],
    ['guardians.owners', 'a list of 1 to 32', (json) => (json.guardians.owners = [])],
    ['guardians.owners', 'a list of 1 to 32', (json) => (json.guardians.owners = people(1, 33))],
    ['guardians.owners', 'repetitions', (json) => json.guardians.owners.push(repeatedAddress(1))],
    ['guardians.owners[1]', '20 bytes', (json) => (json.guardians.owners[1] = '0x12')],
    ['guardians.owners[1]', 'expected', (json) => (json.guardians.owners[1] = 12)],
    ['guardians.threshold', 'at least 1', (json) => (json.guardians.threshold = 0)],
    ['guardians.threshold', 'at most', (json) => (json.guardians.threshold = 6)],
    ['team.threshold', 'whole number', (json) => (json.team.threshold = 1.5)],
    ['team.threshold', 'whole number', (json) => (json.team.threshold = '2')],
    ['attesters', '1 to 16', (json) => (json.attesters = people(1, 17))],
    ['attesters', 'repetitions', (json) => json.attesters.push(repeatedAddress(21))],
    ['attesterThreshold', 'more than half', (json) => (json.attesterThreshold = 2)],
    ['attesterThreshold', 'at most', (json) => (json.attesterThreshold = 5)],
    ['attested', 'repetitions', (json) => json.attested.push(repeatedAddress(31))],
    ['fundPublicAccounts', 'true or false', (json) => (json.fundPublicAccounts = 'yes')],
  ])('names what is wrong: %s must be %s', (field, expected, spoil) => {
    const { type, message } = errorOf(() => parseParticipants(config(spoil)))
    expect(type).toMatchObject({ code: 'CONFIG_INVALID', field })
    expect(message).toContain(expected)
  })

  it.each<[string, string]>([
    ['zero', repeatedAddress(0)],
    ["the Safe's sentinel", `0x${'0'.repeat(39)}1`],
    ['a predeploy', PREDEPLOYS.Timelock],
    ['a Safe', PREDEPLOYS.TeamSafe],
    ['a preinstall', PREINSTALLS.Multicall3],
    ['a contract of Safe', SAFE_CONTRACTS.SafeL2],
  ])('refuses %s as owner, attester or attested', (_, address) => {
    for (const list of ['attesters', 'attested'] as const) {
      const { type } = errorOf(() => parseParticipants(config((json) => (json[list][0] = address))))
      expect(type).toMatchObject({ code: 'CONFIG_INVALID', field: `${list}[0]` })
    }
    const { type } = errorOf(() => parseParticipants(config((j) => (j.team.owners[0] = address))))
    expect(type).toMatchObject({ field: 'team.owners[0]', expected: expect.stringMatching(/key/) })
  })

  it('refuses an address whose checksum is wrong', () => {
    const right = getAddress(devAccounts()[0]!.address)
    const wrong = `${right.slice(0, -1)}${right.at(-1) === 'b' ? 'B' : 'b'}`
    const { message } = errorOf(() => parseParticipants(config((j) => (j.attested[0] = wrong))))
    expect(message).toContain('checksum')
  })

  it.each([[null], [[]], ['config'], [7]])('refuses what is no object: %j', (json) => {
    expect(errorOf(() => parseParticipants(json)).type).toMatchObject({ code: 'CONFIG_INVALID' })
  })

  it('reads a file from disk', () => {
    const directory = mkdtempSync(join(tmpdir(), 'hanzo-config-'))
    const path = join(directory, 'config.json')
    writeFileSync(path, JSON.stringify(config()))
    expect(loadParticipants(path)).toEqual(config())
    writeFileSync(path, '{')
    expect(errorOf(() => loadParticipants(path)).type).toEqual({ code: 'CONFIG_NOT_JSON', path })
    rmSync(directory, { recursive: true })
    expect(errorOf(() => loadParticipants(path)).type).toEqual({ code: 'FILE_UNREADABLE', path })
  })

  it.each<[string, string, (json: Json) => void]>([
    ['guardians.owners', '5 different', (json) => (json.guardians.owners = people(1, 4))],
    ['guardians.threshold', 'at least 3', (json) => (json.guardians.threshold = 2)],
    ['guardians.owners', '5 different', (json) => (json.guardians.owners[4] = repeatedAddress(1))],
    ['guardians.owners', '5 different', (json) => (json.guardians.owners[4] = repeatedAddress(0))],
  ])('takes no fewer guardians than 3 of 5 on a real chain: %s', (field, expected, spoil) => {
    const { type, message } = errorOf(() => chooseParticipants('gpu', config(spoil)))
    expect(type).toMatchObject({ code: 'CONFIG_INVALID', field })
    expect(message).toContain(expected)
    expect(chooseParticipants('cpu', config(spoil)).fundPublicAccounts).toBe(true)
  })

  it('funds public accounts on a real chain only where the config asks for it', () => {
    expect(chooseParticipants('gpu', config()).fundPublicAccounts).toBe(false)
    const asked = parseParticipants(config((json) => (json.fundPublicAccounts = true)))
    expect(chooseParticipants('gpu', asked).fundPublicAccounts).toBe(true)
    const declined = parseParticipants(config((json) => (json.fundPublicAccounts = false)))
    expect(chooseParticipants('cpu', declined).fundPublicAccounts).toBe(false)
  })

  it('has public accounts for development alone', async () => {
    expect(chooseParticipants('cpu')).toEqual(devParticipants())
    expect(chooseParticipants('gpu', devParticipants())).toEqual(devParticipants())
    expect(errorOf(() => chooseParticipants('gpu')).message).toContain('--config')
    const gpu = testGenesis({ preset: 'gpu', genesisDifficulty: 2n ** 36n })
    await expect(gpu).rejects.toMatchObject({ type: { code: 'CONFIG_NOT_GIVEN', preset: 'gpu' } })
  })

  it('stands in block 0 as the config says', async () => {
    const participants = parseParticipants(config())
    const evm = await GenesisEvm.open(await testGenesis({ participants }))
    const list = async (to: PredeployName, name: string) =>
      ((await evm.read(to, name)) as string[]).map((at) => at.toLowerCase())
    expect(await list('GuardianSafe', 'getOwners')).toEqual(participants.guardians.owners)
    expect(await evm.read('GuardianSafe', 'getThreshold')).toBe(3n)
    expect(await list('TeamSafe', 'getOwners')).toEqual(participants.team.owners)
    expect(await evm.read('TeamSafe', 'getThreshold')).toBe(2n)
    expect(await list('QualityOracle', 'attesters')).toEqual(participants.attesters)
    expect(await evm.read('QualityOracle', 'threshold')).toBe(3n)
    expect(await evm.balance(PREDEPLOYS.QualityOracle)).toBe(4_000n * 10n ** 18n)
    for (const account of participants.attested) {
      expect(await evm.read('IdentityRegistry', 'isUnique', [account])).toBe(true)
    }
    const stranger = devAccounts()[0]!.address
    expect(await evm.read('IdentityRegistry', 'isUnique', [stranger])).toBe(false)
    expect(await evm.read('QualityOracle', 'isAttester', [devAccounts()[7]!.address])).toBe(false)
  })
})
