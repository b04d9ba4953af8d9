import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { DeviceSummary, ReadOutcome } from '../../src/devices/device.ts'
import { limits } from '../../src/limits.ts'
import { Heartbeat, type HeartbeatOptions } from '../../src/schedule/heartbeat.ts'
import { isQuiet, readHeartbeatFile } from '../../src/schedule/heartbeat-file.ts'
import type { RunOutcome } from '../../src/schedule/job.ts'
import type { RunContext } from '../../src/schedule/perform.ts'
import { FakeClock, settle } from '../support/fake-clock.ts'
import { createLogLines } from '../support/log-lines.ts'
import { until } from '../support/until.ts'

const minuteMs = 60_000
const everyMs = 30 * minuteMs
const list: readonly DeviceSummary[] = [
  { name: 'room', kind: 'bme280', output: false, quantities: ['temperature', 'humidity'], limits: '' },
  { name: 'door', kind: 'contact', output: false, quantities: ['state'], limits: '' },
]

/** A heart that beats in fake time, from noon of the local day on. */
class Rig {
  readonly clock = new FakeClock(new Date(2026, 10, 21, 12).toISOString())
  readonly told: string[] = []
  readonly tasks: string[] = []
  readonly logged: readonly string[]
  text: string | undefined = 'Is the room too warm? Is the door open?'
  values: Record<string, number | string | undefined> = { temperature: 20, humidity: 50, state: 'closed' }
  paths: Record<string, string> = {}
  whyLeftOut: string | undefined
  /** Of files that are left out. */
  news: string[] = []
  isBusy = false
  tokens = 1_000
  answer: (run: RunContext) => Promise<RunOutcome> = async () => ({ kind: 'done' })
  /** How many looks at devices there were. */
  looks = 0
  readonly #options: HeartbeatOptions
  #heartbeat: Heartbeat | undefined

  constructor(stateFolder: string) {
    const { log, lines } = createLogLines()
    this.logged = lines
    this.#options = {
      everyMs,
      clock: this.clock,
      log,
      stateFolder,
      read: async () => this.text,
      whyLeftOut: () => this.whyLeftOut,
      takeNews: () => this.news.shift(),
      devices: { list: () => list, read: async (name) => [this.#read(String(name))] },
      fingerprint: (path) => this.paths[path] ?? '-',
      owner: () => ({ channel: 'telegram', chat: '7', person: { id: '7', name: 'Ada' } }),
      isBusy: () => this.isBusy,
      ask: async ({ action }, run) => {
        this.tasks.push(action.kind === 'ask' ? action.task : '')
        return { outcome: await this.answer(run), tokens: this.tokens }
      },
      tell: async (_job, text) => void this.told.push(text),
    }
  }

  async start(): Promise<void> {
    this.#heartbeat = new Heartbeat(this.#options)
    await this.#heartbeat.start()
  }

  async status(): Promise<string> {
    return (await this.#heartbeat?.status()) ?? ''
  }

  async stop(): Promise<void> {
    await this.#heartbeat?.stop()
  }

  /** The process is killed and comes back. */
  async restart(): Promise<void> {
    this.clock.kill()
    await this.start()
  }

  /** Lets the next beat come, wholly, and answers how often the model was asked. */
  async beat(beats = 1): Promise<number> {
    const before = this.tasks.length
    for (let count = 0; count < beats; count++) {
      await this.clock.advance(everyMs)
      // It writes to a real disk before it waits for the next.
      await until(() => this.clock.pendingTimers() > 0)
      await settle()
    }
    return this.tasks.length - before
  }

  #read(name: string): ReadOutcome {
    this.looks++
    const quantities = list.find((device) => device.name === name)?.quantities ?? []
    const readings = quantities.flatMap((quantity) => {
      const value = this.values[quantity]
      if (value === undefined) return []
      const number = typeof value === 'number' ? value : value === 'open' ? ('open' as const) : ('closed' as const)
      return [{ device: name, quantity, value: number, unit: '', timeMs: 0, ageMs: 0, source: '', simulated: false }]
    })
    if (readings.length === 0) return { device: name, status: 'failed', reason: 'It is gone.' }
    return { device: name, status: 'ok', readings }
  }
}

void t.test(
  'the model is asked when something that is named changed, and not for the trembling of a sensor',
  async (t) => {
    const rig = new Rig(t.testdir())
    await rig.start()
    t.equal(await rig.beat(), 1, 'the first time')
    t.equal(
      rig.tasks[0],
      'Look after what your owner wrote into HEARTBEAT.md:\n\nIs the room too warm? Is the door open?',
    )
    t.equal(await rig.beat(4), 0)
    rig.values = { ...rig.values, temperature: 20.4, humidity: 52 }
    t.equal(await rig.beat(), 0)
    rig.values = { ...rig.values, temperature: 20.6 }
    t.equal(await rig.beat(), 1)
    t.match(rig.tasks[1], /\n\nChanged since you last looked: room\.temperature\.$/)
    rig.values = { ...rig.values, state: 'open' }
    t.equal(await rig.beat(), 1)
    rig.values = { state: 'open' }
    t.equal(await rig.beat(), 1, 'the sensor is gone')
    t.match(rig.tasks.at(-1), /looked: .*room/)
    t.equal(await rig.beat(), 0)
    rig.text = 'Is the room too warm?'
    t.equal(await rig.beat(), 1, 'the text is another')
    await rig.stop()
  },
)

void t.test('files count by their version, where they exist or may come', async (t) => {
  const rig = new Rig(t.testdir())
  rig.text = 'Summarise inbox/report.csv and/or notes.md, e.g. for the door.'
  rig.paths = { inbox: '1' }
  await rig.start()
  await rig.beat()
  t.equal(await rig.beat(), 0)
  rig.paths = { inbox: '1', 'inbox/report.csv': '2' }
  t.equal(await rig.beat(), 1)
  t.match(rig.tasks.at(-1), /looked: inbox\/report\.csv\./)
  rig.paths = { ...rig.paths, 'notes.md': '3', and: '-' }
  t.equal(await rig.beat(), 1)
  rig.paths = { inbox: '1', 'inbox/report.csv': '2' }
  t.equal(await rig.beat(), 1, 'it is gone')
  t.equal(await rig.beat(), 0)
  await rig.stop()
})

void t.test('no model is asked where there is nothing to look after', async (t) => {
  const rig = new Rig(t.testdir())
  await rig.start()
  for (const text of [
    undefined,
    '',
    '# Heartbeat\n\n<!-- Is the room\n too warm? -->\n',
    '# x\nquiet hours: 23:00-06:00\n',
  ]) {
    rig.text = text
    t.equal(await rig.beat(2), 0, String(text))
  }
  t.equal(rig.looks, 0)
  rig.text = 'Tell me a joke.'
  t.equal(await rig.beat(3), 3, 'what names nothing is asked each time')
  await rig.stop()
})

void t.test('it is quiet at night, as the file says or from ten to seven', async (t) => {
  const rig = new Rig(t.testdir())
  rig.text = 'Tell me a joke.'
  await rig.start()
  t.equal(await rig.beat(19), 19, 'until 21:30')
  t.equal(await rig.beat(18), 0, 'until 6:30')
  t.equal(await rig.beat(), 1)
  await rig.stop()
  const at = (hour: number, minute = 0): number => new Date(2026, 10, 21, hour, minute).getTime()
  const { quiet } = readHeartbeatFile('x\n- Quiet hours: 9:30 – 11:00')
  t.strictSame(
    [at(9, 29), at(9, 30), at(10, 59), at(11)].map((ms) => isQuiet(quiet, ms)),
    [false, true, true, false],
  )
  t.equal(readHeartbeatFile('x\nquiet hours: off').quiet, undefined)
  t.equal(isQuiet(undefined, at(3)), false)
  const odd = readHeartbeatFile('x\nquiet hours: at night')
  t.match(odd, { fault: 'quiet hours: at night', quiet: { fromMinute: 22 * 60, toMinute: 7 * 60 } })
})

void t.test('what it has to say is told, and nothing else; of failures the first of a row', async (t) => {
  const rig = new Rig(t.testdir())
  rig.text = 'Tell me a joke.'
  await rig.start()
  await rig.beat()
  t.strictSame(rig.told, [])
  rig.answer = async () => ({ kind: 'done', said: 'The room is warm.' })
  await rig.beat()
  rig.answer = async () => ({ kind: 'failed', why: 'No model answers.' })
  await rig.beat(3)
  rig.answer = async () => ({ kind: 'done' })
  await rig.beat()
  rig.answer = async () => ({ kind: 'failed', why: 'Again.' })
  await rig.beat()
  t.strictSame(rig.told, [
    'Heartbeat: The room is warm.',
    'The heartbeat failed: No model answers.',
    'The heartbeat failed: Again.',
  ])
  await rig.stop()
})

void t.test('a change that no model could look at is looked at by the next beat', async (t) => {
  const rig = new Rig(t.testdir())
  await rig.start()
  await rig.beat()
  rig.values = { ...rig.values, temperature: 30 }
  rig.answer = async () => ({ kind: 'failed', why: 'No model answers.' })
  t.equal(await rig.beat(), 1)
  rig.answer = async () => ({ kind: 'done' })
  t.equal(await rig.beat(), 1)
  t.equal(await rig.beat(), 0)
  await rig.stop()
})

void t.test('its tokens of a day are bounded, over restarts, and begin anew with the day', async (t) => {
  const rig = new Rig(t.testdir())
  rig.text = 'Tell me a joke.\nquiet hours: off'
  rig.tokens = limits.heartbeatTokensPerDayMax / 2
  await rig.start()
  t.equal(await rig.beat(), 1)
  await rig.restart()
  t.equal(await rig.beat(3), 1)
  t.match(rig.logged.join('\n'), /tokens of today are used up/)
  rig.clock.jumpWall(24 * 60 * minuteMs)
  t.equal(await rig.beat(), 1)
  await rig.stop()
})

void t.test('it waits for who is being answered, and never beats twice at once', async (t) => {
  const rig = new Rig(t.testdir())
  rig.text = 'Tell me a joke.'
  await rig.start()
  rig.isBusy = true
  await rig.clock.advance(everyMs)
  t.equal(rig.tasks.length, 0)
  rig.isBusy = false
  await rig.clock.advance(limits.heartbeatBusyMs)
  await until(() => rig.tasks.length === 1)
  await until(() => rig.clock.pendingTimers() > 0)
  const { promise, resolve } = Promise.withResolvers<RunOutcome>()
  rig.answer = () => promise
  await rig.clock.advance(everyMs)
  await until(() => rig.tasks.length === 2)
  await rig.clock.advance(10 * everyMs)
  t.equal(rig.tasks.length, 2)
  resolve({ kind: 'done' })
  await until(() => rig.clock.pendingTimers() > 0)
  await rig.stop()
})

void t.test('after a restart it beats when it is due, soon where that has passed', async (t) => {
  const rig = new Rig(t.testdir())
  rig.text = 'Tell me a joke.'
  await rig.start()
  await rig.clock.advance(limits.heartbeatFirstMs)
  await until(() => rig.tasks.length === 1)
  await until(() => rig.clock.pendingTimers() > 0)
  await rig.clock.advance(10 * minuteMs)
  await rig.restart()
  await rig.clock.advance(19 * minuteMs)
  t.equal(rig.tasks.length, 1)
  await rig.clock.advance(minuteMs)
  await until(() => rig.tasks.length === 2)
  await until(() => rig.clock.pendingTimers() > 0)
  rig.clock.kill()
  rig.clock.jumpWall(5 * everyMs)
  await rig.start()
  await rig.clock.advance(limits.heartbeatFirstMs)
  await until(() => rig.tasks.length === 3)
  await until(() => rig.clock.pendingTimers() > 0)
  rig.clock.kill()
  rig.clock.jumpWall(-100 * everyMs)
  await rig.start()
  await rig.clock.advance(everyMs)
  await until(() => rig.tasks.length === 4, 'a beat after the clock jumped back')
  await until(() => rig.clock.pendingTimers() > 0)
  await rig.stop()
})

void t.test('a beat that a kill ended is told with what it had begun, and not repeated', async (t) => {
  const folder = t.testdir()
  const rig = new Rig(folder)
  await rig.start()
  rig.answer = async (run) => {
    await run.beforeChange('device_set {"name":"fan"}')
    return new Promise(() => undefined)
  }
  await rig.clock.advance(everyMs)
  await until(() => fs.existsSync(join(folder, 'heartbeat.json')))
  await until(() => fs.readFileSync(join(folder, 'heartbeat.json'), 'utf8').includes('device_set'))
  await rig.restart()
  t.equal(rig.told.length, 1)
  t.match(rig.told[0], /^The heartbeat was interrupted: .*not repeated\. It had started:\n- device_set/)
  rig.answer = async () => ({ kind: 'done' })
  t.equal(await rig.beat(2), 0)
  await rig.restart()
  t.equal(rig.told.length, 1)
  await rig.stop()
})

void t.test('a file that is left out is told once, by day, and the status says what to do', async (t) => {
  const rig = new Rig(t.testdir())
  rig.text = undefined
  rig.news = ['HEARTBEAT.md was changed by another program than me: /approve']
  rig.whyLeftOut = 'HEARTBEAT.md was changed: /approve'
  rig.clock.jumpWall(11 * 60 * minuteMs)
  await rig.start()
  await rig.beat()
  t.same(rig.told, [], 'at night')
  rig.clock.jumpWall(10 * 60 * minuteMs)
  await rig.beat(2)
  t.same(rig.told, ['HEARTBEAT.md was changed by another program than me: /approve'])
  t.equal(await rig.status(), 'Heartbeat: looks after nothing, because HEARTBEAT.md was changed: /approve.')
  await rig.stop()
})

void t.test('the status says when it looks next and what it cost, or why it looks after nothing', async (t) => {
  const rig = new Rig(t.testdir())
  rig.text = 'Tell me a joke.'
  await rig.start()
  const used = `of ${limits.heartbeatTokensPerDayMax} tokens today.`
  t.equal(await rig.status(), `Heartbeat: looks each 30m, next in 1m; it never asked the model yet; 0 ${used}`)
  await rig.beat()
  await rig.clock.advance(minuteMs)
  t.match(await rig.status(), /looks each 30m, next in \d+m; it asked the model \d+m ago; 1000 of/)
  rig.text = 'Tell me a joke.\nquiet hours: 0:00-24:00'
  t.match(await rig.status(), /, quiet until 24:00; /)
  rig.text = 'Tell me a joke.\nquiet hours: at night'
  t.match(await rig.status(), /HEARTBEAT\.md says "quiet hours: at night", which I do not understand/)
  for (const [text, why] of [
    [undefined, /because there is no HEARTBEAT\.md in the workspace: write there what to look after\.$/],
    ['# Heartbeat\n', /because HEARTBEAT\.md is empty: /],
  ] as const) {
    rig.text = text
    t.match(await rig.status(), why)
  }
  rig.text = 'Tell me a joke.'
  rig.tokens = limits.heartbeatTokensPerDayMax
  await rig.beat()
  t.match(await rig.status(), /because its 100000 tokens of today are used up\.$/)
  await rig.stop()
})

void t.test('a state that cannot be read counts as none', async (t) => {
  const rig = new Rig(t.testdir({ 'heartbeat.json': '{"version":1,"beat' }))
  await rig.start()
  t.equal(await rig.beat(), 1)
  t.match(rig.logged.join('\n'), /counts as new/)
  await rig.stop()
})
