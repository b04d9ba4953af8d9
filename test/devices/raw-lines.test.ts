import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { RawLines } from '../../src/devices/raw-lines.ts'
import { createLog } from '../../src/log.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { FakeGpio } from '../support/fake-gpio.ts'

/** The record as a process and the next ones on the same board have it. */
function board(stateFolder: string) {
  const clock = new FakeClock()
  const gpio = new FakeGpio()
  const logged: string[] = []
  const log = createLog({ level: 'debug', redact: (text) => text, write: (line) => logged.push(line) })
  const start = (simulated = false): RawLines => new RawLines({ stateFolder, clock, log, simulated })
  return { clock, gpio, logged, start, file: join(stateFolder, 'raw-lines.json') }
}

const nobodys = (): boolean => false

void t.test('what a killed process drove becomes an input at the next start, once', async (t) => {
  const { gpio, start, file } = board(t.testdir())
  await start().save(['GPIO17', 'GPIO27'])
  const next = start()
  t.same(await next.letGo(gpio, nobodys), [
    { line: 'GPIO17', fault: undefined },
    { line: 'GPIO27', fault: undefined },
  ])
  t.equal(gpio.requests, 2)
  t.equal(gpio.holders.size, 0, 'given back')
  t.notOk(fs.existsSync(file))
  t.same(await start().letGo(gpio, nobodys), [])
  t.equal(gpio.requests, 2)
})

void t.test('a line that a device has now is left to it', async (t) => {
  const { gpio, start, file } = board(t.testdir())
  await start().save(['GPIO17'])
  t.same(await start().letGo(gpio, (line) => line === 'GPIO17'), [])
  t.equal(gpio.requests, 0)
  t.notOk(fs.existsSync(file))
})

void t.test('a line that cannot be had is said, and stays in the record beside what is driven meanwhile', async (t) => {
  const { gpio, start } = board(t.testdir())
  await start().save(['GPIO17', 'GPIO27'])
  gpio.breakLine('GPIO27')
  const next = start()
  const [, failed] = await next.letGo(gpio, nobodys)
  t.match(failed, { line: 'GPIO27', fault: /GPIO27 is broken/ })
  await next.save(['GPIO22'])
  await next.save([])
  gpio.mendLine('GPIO27')
  t.same(await start().letGo(gpio, nobodys), [{ line: 'GPIO27', fault: undefined }])
})

void t.test('after a reboot, and on another kind of board, no line is touched', async (t) => {
  const { clock, gpio, start, file } = board(t.testdir())
  await start().save(['GPIO17'])
  clock.reboot(1_000)
  t.same(await start().letGo(gpio, nobodys), [])
  await start(true).save(['GPIO17'])
  t.same(await start(false).letGo(gpio, nobodys), [])
  t.equal(gpio.requests, 0)
  t.ok(fs.existsSync(file))
})

void t.test('a damaged record stops no start, and says what may be', async (t) => {
  for (const text of [
    '',
    '{',
    'null',
    '{"version":1}',
    '{"version":2,"bootId":"boot-1","simulated":false,"lines":[]}',
  ]) {
    const { gpio, logged, start, file } = board(t.testdir())
    fs.writeFileSync(file, text)
    t.same(await start().letGo(gpio, nobodys), [])
    t.match(
      logged.join('\n'),
      /raw-lines\.json cannot be understood\. A line that gpio_write drove may still be driven/,
    )
    t.notOk(fs.existsSync(file), 'kept aside')
  }
  const { gpio, logged, start, file } = board(t.testdir())
  fs.mkdirSync(file)
  t.same(await start().letGo(gpio, nobodys), [])
  t.match(logged.join('\n'), /raw-lines\.json.* may still be driven/)
})

void t.test('a disk that takes nothing refuses the record', async (t) => {
  const folder = t.testdir({ state: 'no folder' })
  await t.rejects(board(join(folder, 'state')).start().save(['GPIO17']), { code: 'disk' })
})
