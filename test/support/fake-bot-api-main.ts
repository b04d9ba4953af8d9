import { parseArgs } from 'node:util'
import { createSystemClock } from '../../src/clock.ts'
import { FakeBotApi } from './fake-bot-api.ts'
import { serveControl, type Ports } from './fake-bot-control.ts'

// A Bot API in a process of its own, on the real clock. Prints its ports as one line of JSON; ends with its stdin.
//   sh build/node test/support/fake-bot-api-main.ts [--token TOKEN] [--username NAME] [--no-flood-control] [--no-privacy]
const { values } = parseArgs({
  options: {
    token: { type: 'string' },
    username: { type: 'string' },
    'no-flood-control': { type: 'boolean', default: false },
    'no-privacy': { type: 'boolean', default: false },
  },
})
const fake = new FakeBotApi({
  clock: createSystemClock(),
  hasFloodControl: !values['no-flood-control'],
  isPrivacyOn: !values['no-privacy'],
  ...(values.token === undefined ? {} : { token: values.token }),
  ...(values.username === undefined ? {} : { username: values.username }),
})
await fake.start()
const control = await serveControl(fake)
const ports: Ports = { port: fake.port, controlPort: control.port, token: fake.token }
process.stdout.write(`${JSON.stringify(ports)}\n`)
process.stdin.on('end', () => process.exit(0)).resume()
