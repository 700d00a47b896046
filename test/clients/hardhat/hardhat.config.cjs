/**
 * A Hardhat project on a running `hanzo dev`: its URL comes in HANZO_URL, and what Hardhat writes
 * goes to the folder HARDHAT_OUT. The compiler is the repository's own, nothing is downloaded.
 */
const { createRequire } = require('node:module')
const path = require('node:path')
const { TASK_COMPILE_SOLIDITY_GET_SOLC_BUILD } = require('hardhat/builtin-tasks/task-names')
const { subtask } = require('hardhat/config')
require('@nomicfoundation/hardhat-ethers')

const fromRoot = createRequire(path.resolve(__dirname, '../../../package.json'))
const { HANZO_URL = '', HARDHAT_OUT = '' } = process.env

subtask(TASK_COMPILE_SOLIDITY_GET_SOLC_BUILD, async () => {
  const longVersion = fromRoot('solc').version()
  const version = longVersion.slice(0, longVersion.indexOf('+'))
  return { version, longVersion, compilerPath: fromRoot.resolve('solc/soljson.js'), isSolcJs: true }
})

module.exports = {
  solidity: {
    version: '0.8.37',
    settings: {
      optimizer: { enabled: true, runs: 200 },
      evmVersion: 'osaka',
      metadata: { bytecodeHash: 'none' },
    },
  },
  networks: { localhost: { url: HANZO_URL } },
  paths: {
    root: path.resolve(__dirname, '..'),
    sources: 'contracts',
    tests: 'hardhat/test',
    artifacts: path.join(HARDHAT_OUT, 'artifacts'),
    cache: path.join(HARDHAT_OUT, 'cache'),
  },
}
