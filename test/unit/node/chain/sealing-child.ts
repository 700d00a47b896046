/** A process that seals and imports blocks until it is killed, telling each number when it is in. */

import { Chain } from '../../../../node/chain/chain.ts'
import { SenderRecovery } from '../../../../node/crypto/sender-recovery.ts'
import { systemClock } from '../../../../node/ports.ts'
import { preparedOf, sealWithTile, TemplateBuilder } from '../../../../node/sealer/template.ts'
import { Database } from '../../../../node/storage/database.ts'
import {
  SILENT,
  searchReference,
  TEST_COINBASE,
  testGenesis,
} from '../../../support/seal-reference.ts'

const [directory = ''] = process.argv.slice(2)
const store = await Database.open(directory)
const chain = await Chain.open(
  { genesis: await testGenesis(), path: directory },
  {
    store,
    recoverStore: () => store.recover(),
    recovery: SenderRecovery.start(),
    clock: systemClock,
    log: SILENT,
  },
)
const templates = new TemplateBuilder({
  chain,
  clock: systemClock,
  candidates: () => [],
  poolSettled: async () => undefined,
  onRefused: () => undefined,
})
for (;;) {
  const template = await templates.build({ coinbase: TEST_COINBASE, timestamp: 0n })
  const block = sealWithTile(template, searchReference(template.search))
  await chain.importBlock(block, 'sealer', preparedOf(template))
  process.stdout.write(`${block.header.number}\n`)
}
