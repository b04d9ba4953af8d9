import fs from 'node:fs'
import { join } from 'node:path'
import { type App, createApp } from '../../src/app.ts'
import type { Outbound } from '../../src/bus/message.ts'
import type { Channel, Intake } from '../../src/channels/channel.ts'
import { furnishHome, openHome } from '../../src/home.ts'
import type { JobDraft } from '../../src/schedule/schedule.ts'
import type { CutDisk } from './cut-disk.ts'
import type { FakeClock } from './fake-clock.ts'
import { loadedConfig } from './loaded-config.ts'
import { createLogLines } from './log-lines.ts'
import { inbound } from './messages.ts'
import { liveIn, type NoteRun, type World, type YearJob, type YearOptions, type YearReport } from './lived-year.ts'
import { callsTools, says, ScriptedModel } from './scripted-model.ts'
import { until } from './until.ts'

/**
 * Some weeks of the whole program over its real files: bus, registry, guards, simulated devices. Jobs are made by
 * messages, and what ran is seen from outside, by what devices do and what is delivered.
 */
const yaml = `board: simulated
devices:
  lamp: { kind: switch, line: GPIO17 }
  fan: { kind: switch, line: GPIO27 }
  pump: { kind: switch, line: GPIO5 }
  valve: { kind: switch, line: GPIO6 }
shell: { policy: off }
timezone: UTC
`
const does = { action: { kind: 'do', calls: [] } } as const
const hours = Array.from({ length: 24 }, (_, hour) => hour)

const jobs: readonly YearJob[] = [
  {
    name: 'lamp',
    expression: '30 2 * * *',
    day: { zone: 'Europe/Berlin', hours: [2], minute: 30 },
    of: { missed: 'once', ...does },
  },
  { name: 'fan', expression: '40 * * * *', day: { zone: 'UTC', hours, minute: 40 }, of: does },
  {
    name: 'words',
    expression: '5 0,6,12,18 * * *',
    day: { zone: 'America/New_York', hours: [0, 6, 12, 18], minute: 5 },
  },
]

/** What each job switches, besides those for one run: these switch the valve. */
const outputs: Readonly<Record<string, string>> = { lamp: 'lamp', fan: 'fan', 'every-45m': 'pump' }

export function liveAtHome(folder: string, options: YearOptions): Promise<YearReport> {
  return liveIn(options, jobs, (clock, disk, _random, note) => new Home(folder, clock, disk, note))
}

class Home implements World {
  readonly told: string[] = []
  readonly toldOwner: string[] = []
  readonly #path: string
  readonly #clock: FakeClock
  readonly #disk: CutDisk
  readonly #note: NoteRun
  /** What was delivered; what is on its way when the power is cut comes again, under the same id. */
  readonly #seen = new Set<string>()
  readonly #answers = new Map<string, string>()
  #app: App | undefined
  #intake: Intake | undefined
  #life = 0
  #messages = 0

  constructor(folder: string, clock: FakeClock, disk: CutDisk, note: NoteRun) {
    this.#path = join(folder, 'home')
    this.#clock = clock
    this.#disk = disk
    this.#note = note
  }

  async start(): Promise<void> {
    const life = ++this.#life
    if (life === 1) {
      fs.mkdirSync(this.#path, { mode: 0o700 })
      fs.writeFileSync(join(this.#path, 'pincer.yaml'), yaml, { mode: 0o600 })
    }
    const home = await furnishHome(await openHome(this.#path))
    this.#app = await createApp({
      home,
      config: await loadedConfig(this.#path),
      redact: (text) => text,
      clock: this.#clock,
      log: createLogLines().log,
      person: { id: '0', name: 'owner', role: 'owner' },
      environment: {},
      servesChannels: false,
      memoryBytes: () => 0,
      model: planner(),
      channels: [this.#channel(life)],
    })
    await this.#app.start()
    for (const [name, device] of Object.entries(outputs)) this.#watch(life, name, device)
    // What the first act reads of the audit takes time that is not the clock's.
    await this.#say('call device_set {"name":"valve","value":"off"}')
  }

  async stop(): Promise<void> {
    await this.#app?.stop()
  }

  advance(durationMs: number): Promise<void> {
    return this.#clock.advance(durationMs, async () => {
      // What comes after a change of the disk may change it again.
      for (let round = 0; round < 6; round++) await this.#disk.quiet()
    })
  }

  async add(draft: JobDraft): Promise<void> {
    const text = await this.#say(`call schedule_add ${JSON.stringify(asked(draft))}`)
    if (!text.includes('is planned')) throw new Error(text)
  }

  async left(): Promise<readonly string[]> {
    const text = (await this.#app?.requests.jobs('')) ?? ''
    return [...text.matchAll(/^Job \d+ \(([\w-]+)\)/gm)].map(([, name = '']) => name)
  }

  async #say(text: string): Promise<string> {
    const message = inbound(text, { sentAtMs: this.#clock.nowMs(), id: `${this.#path} ${++this.#messages}` })
    const acceptance = await this.#intake?.accept(message)
    if (acceptance !== 'accepted') throw new Error(`"${text}" was not taken: ${acceptance}`)
    await until(() => this.#answers.has(message.id), `an answer to "${text}"`)
    return this.#answers.get(message.id) ?? ''
  }

  #watch(life: number, name: string, device: string): void {
    let wasOn = false
    this.#app?.devices.watch(device, () => {
      if (life !== this.#life) return
      const isOn = this.#app?.devices.known().some((each) => each.device === device && each.value === 'on') === true
      if (isOn && !wasOn) this.#note(name)
      wasOn = isOn
    })
  }

  #channel(life: number): Channel {
    return {
      name: 'test',
      start: (intake) => Promise.resolve(void (this.#intake = intake)),
      stop: () => Promise.resolve(),
      deliver: (message) => {
        if (life !== this.#life) return new Promise(() => undefined)
        if (!this.#seen.has(message.id)) this.#hear(message)
        this.#seen.add(message.id)
        return Promise.resolve({ status: 'delivered' })
      },
      ask: (_question, asking) => void asking.answer('yes'),
      show: () => undefined,
    }
  }

  #hear({ text, answers }: Outbound): void {
    for (const id of answers) this.#answers.set(id, text)
    if (answers.length > 0) return
    const [, name = ''] = /^Job \d+ \((once-\d+)\): /.exec(text) ?? []
    if (text === 'words') this.#note('words')
    else if (name !== '') this.#note(name)
    else this.told.push(text)
  }
}

/** As a model asks for it. */
function asked({ name = '', time, missed }: JobDraft): object {
  const value = outputs[name] ?? (name.startsWith('once') ? 'valve' : undefined)
  const set = { tool: 'device_set', args: { name: value, value: 'on', for: '20s' } }
  const action = value === undefined ? { say: name } : { do: [set] }
  switch (time.kind) {
    case 'cron':
      return { name, cron: time.expression, zone: time.zone, missed, ...action }
    case 'every':
      return { name, every: `${time.everyMs / 60_000}m`, missed, ...action }
    case 'in':
      return { name, in: `${Math.round(time.delayMs / 1_000)}s`, missed, ...action }
    case 'at':
      return { name, at: new Date(time.atMs).toISOString(), missed, ...action }
    case 'when':
      throw new Error('A year has no triggers.')
  }
}

/** Makes the call that a message asks for, and says what came of it. */
function planner(): ScriptedModel {
  return new ScriptedModel(({ messages }) => {
    const newest = messages.findLastIndex(({ role }) => role === 'user')
    const [, tool = '', args = '{}'] = /^call (\w+) (.*)$/s.exec(messages[newest]?.text?.trim() ?? '') ?? []
    return newest === messages.length - 1 ? callsTools([tool, args]) : says(messages.at(-1)?.text ?? '')
  })
}
