/** What the commands say when something is wrong, and with which exit code they end. */
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { freePortRanges } from '../support/free-ports.ts'
import { HanzoProcess, runHanzo, temporaryDirectory } from '../support/hanzo-process.ts'
import { rpcClient } from '../support/rpc-client.ts'

const initGenesis = async (): Promise<{ directory: string; genesis: string }> => {
  const directory = await temporaryDirectory()
  const genesis = join(directory, 'genesis.json')
  const init = ['init', '--preset', 'instant', '--validators', '1', '--out', genesis]
  expect((await runHanzo(...init)).code).toBe(0)
  return { directory, genesis }
}

const people = (first: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `0x${(first + i).toString(16).repeat(40).slice(0, 40)}`)

const PEOPLE = {
  guardians: { owners: people(0x11, 5), threshold: 3 },
  team: { owners: people(0x21, 3), threshold: 2 },
  attesters: people(0x31, 3),
  attesterThreshold: 2,
  attested: [],
}

const writeConfig = async (directory: string, config: object = PEOPLE): Promise<string> => {
  const path = join(directory, 'config.json')
  await writeFile(path, JSON.stringify(config))
  return path
}

describe('e2e / cli / usage', () => {
  it.each([
    [['devnet', '--validators', 'four'], /whole number from 1 to 32/],
    [['devnet', '--preset', 'fast'], /one of instant, cpu, gpu/],
    [['devnet', '--gpu-duty', '0'], /percent from 1 to 100/],
    [['devnet', '--base-port', '70000'], /port from 1 to 65535/],
    [['node'], /--genesis/],
    [['status', '--rpc', 'nowhere'], /URL/],
    [['verify-proof', '--block', 'tip'], /block number/],
    [['devnet', '--base-port', '65534'], /ports up to 65537/],
    [['conquer'], /unknown command/],
    [['devnet', '--speed'], /unknown option/],
  ])('%j ends with exit code 2 and names what is wrong', async (args, sentence) => {
    const { code, output } = await runHanzo(...args)
    expect(output).toMatch(sentence)
    expect(code).toBe(2)
  })

  it('tells its version and its commands', async () => {
    const { code, output } = await runHanzo('--help')
    expect(code).toBe(0)
    for (const command of ['devnet', 'node', 'dev', 'init', 'gpu', 'status', 'accounts']) {
      expect(output).toContain(command)
    }
    expect((await runHanzo('--version')).output).toMatch(/^\d+\.\d+\.\d+$/)
  })
})

describe('e2e / cli / init', () => {
  it('writes genesis, manifest and secret keys beside each other', async () => {
    const { directory, genesis } = await initGenesis()
    expect(JSON.parse(await readFile(genesis, 'utf8')).config.hanzo.preset).toBe('instant')
    expect(JSON.parse(await readFile(join(directory, 'manifest.json'), 'utf8'))).toHaveProperty(
      'contracts',
    )
    const key = join(directory, 'keys/0.key')
    expect((await stat(key)).mode & 0o777).toBe(0o600)
    expect(await readFile(key, 'utf8')).toMatch(/^0x[0-9a-f]{64}\n$/)
  })

  it('never overwrites a genesis', async () => {
    const { genesis } = await initGenesis()
    const { code, output } = await runHanzo('init', '--preset', 'cpu', '--out', genesis)
    expect(code).toBe(1)
    expect(output).toContain('exists')
  })

  it('refuses preset gpu without people of its own, and then on a software adapter', async () => {
    const directory = await temporaryDirectory()
    const init = ['init', '--preset', 'gpu', '--out', join(directory, 'genesis.json')]
    const nobody = await runHanzo(...init)
    expect(nobody.output).toContain('--config')
    expect(nobody.code).toBe(1)
    const config = await writeConfig(directory)
    const { code, output } = await runHanzo(...init, '--config', config)
    expect(output).toMatch(/needs a GPU/)
    expect(code).toBe(1)
  })

  it('puts the people of a config into the manifest', async () => {
    const directory = await temporaryDirectory()
    const config = await writeConfig(directory)
    const genesis = join(directory, 'genesis.json')
    const init = ['init', '--preset', 'instant', '--out', genesis, '--config']
    expect((await runHanzo(...init, config)).code).toBe(0)
    const manifest = JSON.parse(await readFile(join(directory, 'manifest.json'), 'utf8'))
    const safe = manifest.contracts.find(({ name }: { name: string }) => name === 'TeamSafe')
    expect(safe.participants.owners).toEqual(PEOPLE.team.owners)
  })

  it('names what is wrong with a config', async () => {
    const directory = await temporaryDirectory()
    const config = await writeConfig(directory, { ...PEOPLE, attesterThreshold: 9 })
    const out = join(directory, 'genesis.json')
    const { code, output } = await runHanzo(
      ...['init', '--preset', 'cpu', '--out', out, '--config', config],
    )
    expect(output).toContain('`attesterThreshold` of the config must be')
    expect(code).toBe(1)
  })
})

describe('e2e / cli / node', () => {
  const nodeArgs = async (genesis: string, dataDir: string): Promise<string[]> => {
    const ports = await freePortRanges(1)
    return [
      ...['node', '--genesis', genesis, '--data-dir', dataDir, '--gpu', 'cpu', '--json'],
      ...['--rpc-port', String(ports.rpc), '--p2p-port', String(ports.p2p)],
    ]
  }

  it('says that a genesis was edited', async () => {
    const { directory, genesis } = await initGenesis()
    const file = JSON.parse(await readFile(genesis, 'utf8'))
    file.gasLimit = '0x1'
    await writeFile(genesis, JSON.stringify(file))
    const { code, output } = await runHanzo(...(await nodeArgs(genesis, join(directory, 'd'))))
    expect(output).toMatch(/gasLimit/)
    expect(output).not.toMatch(/Internal error/)
    expect(code).toBe(1)
  })

  it('says that a key file holds no key, and never shows what it holds', async () => {
    const { directory, genesis } = await initGenesis()
    const key = join(directory, 'bad.key')
    await writeFile(key, 'hunter2')
    const args = await nodeArgs(genesis, join(directory, 'd'))
    const { code, output } = await runHanzo(...args, '--validator-key', key)
    expect(output).toContain(key)
    expect(output).not.toContain('hunter2')
    expect(code).toBe(1)
  })

  it('says that the data directory belongs to another genesis', async () => {
    const first = await initGenesis()
    const second = await initGenesis()
    const dataDir = join(first.directory, 'd')
    const node = new HanzoProcess(await nodeArgs(first.genesis, dataDir))
    await node.event('ready')
    expect((await node.stop()).code).toBe(0)
    const { code, output } = await runHanzo(...(await nodeArgs(second.genesis, dataDir)))
    expect(output).toMatch(/genesis/i)
    expect(output).not.toMatch(/Internal error/)
    expect(code).toBe(1)
  })

  it('says that the data directory is in use', async () => {
    const { directory, genesis } = await initGenesis()
    const dataDir = join(directory, 'd')
    const node = new HanzoProcess(await nodeArgs(genesis, dataDir))
    await node.event('ready')
    const { code, output } = await runHanzo(...(await nodeArgs(genesis, dataDir)))
    expect(output).toMatch(/in use/)
    expect(code).toBe(1)
    await node.stop()
  })

  it('says that a port is in use', async () => {
    const { directory, genesis } = await initGenesis()
    const server = createServer()
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port))
    })
    const args = await nodeArgs(genesis, join(directory, 'd'))
    const { code, output } = await runHanzo(...args, '--rpc-port', String(port))
    server.close()
    expect(output).toMatch(new RegExp(`${port}.*in use`))
    expect(code).toBe(1)
  })

  it('says that a file is in the way of its directory', async () => {
    const { directory, genesis } = await initGenesis()
    const file = join(directory, 'file')
    await writeFile(file, '')
    const below = join(file, 'data')
    for (const args of [
      ['init', '--preset', 'instant', '--out', join(below, 'genesis.json')],
      ['devnet', '--data-dir', below],
      ['dev', '--port', '0', '--data-dir', below],
    ]) {
      const { code, output } = await runHanzo(...args)
      expect(output).toMatch(/goes through a file/)
      expect(output).not.toMatch(/Internal error/)
      expect(code).toBe(1)
    }
    const { output } = await runHanzo(...(await nodeArgs(genesis, below)))
    expect(output).not.toMatch(/Internal error/)
  })

  it('says that the genesis file is not there', async () => {
    const directory = await temporaryDirectory()
    const missing = join(directory, 'none.json')
    const { code, output } = await runHanzo(...(await nodeArgs(missing, join(directory, 'd'))))
    expect(output).toContain(missing)
    expect(code).toBe(1)
  })
})

describe('e2e / cli / devnet', () => {
  it('leaves a directory alone that holds no devnet', async () => {
    const directory = await temporaryDirectory()
    const diary = join(directory, 'diary.txt')
    await writeFile(diary, 'dear diary')
    const { code, output } = await runHanzo('devnet', '--reset', '--data-dir', directory)
    expect(output).toContain(directory)
    expect(code).toBe(1)
    expect(await readFile(diary, 'utf8')).toBe('dear diary')
  })

  it('leaves no validator behind when it fails after the start', async () => {
    const directory = await temporaryDirectory()
    const ports = await freePortRanges(1)
    const { code, output } = await runHanzo(
      ...['devnet', '--preset', 'instant', '--gpu', 'cpu', '--validators', '1'],
      ...['--base-port', String(ports.rpc), '--base-p2p-port', String(ports.p2p)],
      ...['--data-dir', join(directory, 'net'), '--config-out', join(directory, 'no', 'out.json')],
    )
    expect(output).toMatch(/out\.json is not there/)
    expect(code).toBe(1)
    await expect(rpcClient(`http://127.0.0.1:${ports.rpc}`)('eth_chainId')).rejects.toThrow()
  })

  it('says which port is taken before it starts anything', async () => {
    const server = createServer()
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port))
    })
    const dataDir = join(await temporaryDirectory(), 'net')
    const flags = ['--data-dir', dataDir, '--base-p2p-port', String(port), '--validators', '1']
    const { code, output } = await runHanzo('devnet', ...flags)
    server.close()
    expect(output).toContain(`Port ${port} is in use`)
    expect(code).toBe(1)
  })
})

describe('e2e / cli / dev', () => {
  it('mines a block for a transaction, keeps its chain, and checks its database', async () => {
    const dataDir = join(await temporaryDirectory(), 'dev')
    await mkdir(dataDir)
    await chmod(dataDir, 0o700)
    const { rpc: port } = await freePortRanges(1)
    const args = ['dev', '--port', String(port), '--data-dir', dataDir, '--json']
    const url = `http://127.0.0.1:${port}`
    const dev = new HanzoProcess(args)
    await dev.event('ready')
    const rpc = rpcClient(url)
    const [from, to] = (await rpc('eth_accounts')) as [string, string]
    const hash = await rpc('eth_sendTransaction', { from, to, value: '0x1' })
    await dev.event('block')
    expect(await rpc('eth_getTransactionReceipt', hash)).toMatchObject({ status: '0x1' })

    const checked = await runHanzo('verify-proof', '--block', '1', '--rpc', url)
    expect(checked.output).toMatch(/valid: 16384 multiply-adds/)
    expect(checked.code).toBe(0)
    expect((await runHanzo('status', '--rpc', url)).output).toMatch(/head +1 /)
    expect((await dev.stop()).code).toBe(0)

    const verified = await runHanzo('db', 'verify', '--data-dir', dataDir)
    expect(verified.output).toContain('All balances make 10^27 wei.')
    expect(verified.code).toBe(0)
    const again = new HanzoProcess(args)
    await again.event('ready')
    expect(await rpcClient(url)('eth_blockNumber')).toBe('0x1')
    await again.stop()
  })

  it('says that no node answers', async () => {
    const { rpc: port } = await freePortRanges(1)
    const { code, output } = await runHanzo('status', '--rpc', `http://127.0.0.1:${port}`)
    expect(output).toMatch(/No node answers/)
    expect(code).toBe(1)
  })
})
