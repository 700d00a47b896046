/** What `hardhat test --network localhost` runs: a project's own tests, on our node. */
const assert = require('node:assert/strict')
const { ethers, network } = require('hardhat')

const PRICE = 1_000n

describe('Till', () => {
  let till

  before(async () => {
    till = await ethers.deployContract('Till', [PRICE])
    await till.waitForDeployment()
  })

  it('lies on the chain that the network names', async () => {
    const { chainId } = await ethers.provider.getNetwork()
    assert.equal(chainId, BigInt(process.env.HANZO_CHAIN_ID))
    assert.equal(await till.price(), PRICE)
    const { bytecode } = await ethers.getContractFactory('Till')
    assert.equal(bytecode, process.env.TILL_BYTECODE)
  })

  it('is paid by the second of the unlocked accounts, and logs it', async () => {
    const [, payer] = await ethers.getSigners()
    const fees = await ethers.provider.getFeeData()
    const gas = await till.connect(payer).pay.estimateGas('tea', { value: PRICE })
    const sent = await till.connect(payer).pay('tea', { value: PRICE })
    const receipt = await sent.wait()
    assert.equal(receipt.status, 1)
    assert.ok(receipt.gasUsed <= gas)
    assert.ok(receipt.gasPrice <= fees.maxFeePerGas)
    const [event] = await till.queryFilter(till.filters.Paid(payer.address))
    assert.deepEqual([...event.args], [payer.address, PRICE, 'tea'])
  })

  it('refuses too little with an error that has its arguments', async () => {
    await assert.rejects(till.pay.staticCall('gum', { value: 1n }), ({ data }) => {
      // Where Hardhat's matchers for chai look for it, too.
      const { name, args } = till.interface.parseError(data)
      assert.equal(name, 'Underpaid')
      assert.deepEqual([...args], [PRICE, 1n])
      return true
    })
    const sent = await till.pay('gum', { value: 1n })
    await assert.rejects(sent.wait(), { code: 'CALL_EXCEPTION' })
  })

  it('is as it was after a snapshot was taken back', async () => {
    const snapshot = await network.provider.send('evm_snapshot')
    const before = await till.total()
    await (await till.pay('forgotten', { value: PRICE })).wait()
    assert.equal(await till.total(), before + PRICE)
    assert.equal(await network.provider.send('evm_revert', [snapshot]), true)
    assert.equal(await till.total(), before)
  })

  it('takes orders that an unlocked account has signed', async () => {
    const [signer] = await ethers.getSigners()
    const domain = { name: 'Till', chainId: process.env.HANZO_CHAIN_ID }
    const types = { Order: [{ name: 'note', type: 'string' }] }
    const signature = await signer.signTypedData(domain, types, { note: 'tea' })
    const signedBy = ethers.verifyTypedData(domain, types, { note: 'tea' }, signature)
    assert.equal(signedBy, signer.address)
    assert.equal(ethers.verifyMessage('tea', await signer.signMessage('tea')), signer.address)
  })
})
