import type { Test } from 'tap'
import { attackedApp, type AttackedApp } from './attacked-app.ts'
import { FakeClock } from './fake-clock.ts'
import { add, minuteMs } from './planning-rig.ts'
import { until } from './until.ts'

/** One output for each limit, on lines that nothing else of the simulated board has. */
const devices = [
  'siren: { kind: switch, line: GPIO5 }',
  'valve: { kind: switch, line: GPIO6, invert: true }',
  'night: { kind: switch, line: GPIO12, start: last }',
  'heater: { kind: switch, line: GPIO13, maxOn: 1h }',
  'press: { kind: switch, line: GPIO16, minOn: 10m }',
  'pump: { kind: switch, line: GPIO19, minOff: 10m }',
  'bell: { kind: switch, line: GPIO20, perMinute: 2 }',
  'up: { kind: switch, line: GPIO21, interlock: blind }',
  'down: { kind: switch, line: GPIO23, interlock: blind }',
  'left: { kind: switch, line: GPIO24, interlock: sledge, deadTime: 5m }',
  'right: { kind: switch, line: GPIO25, interlock: sledge }',
  'gate: { kind: switch, line: GPIO26, confirm: true }',
  'fan: { kind: level, chip: 1f00098000.pwm, range: [20, 80] }',
  'door: { kind: contact, line: GPIO4, pull: up, debounce: 1ms }',
]
const lines: ReadonlyMap<string, string> = new Map(
  devices.map((each) => [each.split(':')[0] ?? '', /GPIO\d+/.exec(each)?.[0] ?? '']),
)

interface LimitRig extends AttackedApp {
  readonly clock: FakeClock
  /** Whether the output is on, measured at its pin. */
  isOn(device: string): Promise<boolean>
  /** The program ends, and starts again with the same home. */
  restart(): Promise<LimitRig>
}

async function limitRig(t: Test, home: string, clock = new FakeClock()): Promise<LimitRig> {
  const app = await attackedApp(t, home, { clock, devices })
  t.teardown(() => app.stop())
  return {
    ...app,
    clock,
    async isOn(device) {
      const measured = await app.say(`/sim measure ${lines.get(device)}`)
      return measured.includes(device === 'valve' ? 'is low (output)' : 'is high (output)')
    },
    async restart() {
      await app.stop()
      return limitRig(t, home, clock)
    },
  }
}

type Level = 'on' | 'off' | number

/** One way to an output: calls this tool, and answers what was said when that was done or refused. */
type Path = (rig: LimitRig, tool: string, args: Readonly<Record<string, string | number>>) => Promise<string>

/** A job that `fires` lets run; it goes afterwards. Answers what it says, or why there is none. */
function planned(
  time: object,
  fires: (rig: LimitRig) => Promise<unknown>,
  { isQuietWhenLatched = false }: { readonly isQuietWhenLatched?: boolean } = {},
): Path {
  return async (rig, tool, args) => {
    const reply = await rig.say(add({ ...time, do: [{ tool, args }] }))
    const [, id] = /Job (\d+) is planned/.exec(reply) ?? []
    if (id === undefined) return reply
    const said = () => rig.posted.find(({ answers, text }) => answers.length === 0 && text.startsWith(`Job ${id}`))
    const isQuiet = () => isQuietWhenLatched && rig.app.devices.latched() !== undefined
    await fires(rig)
    await until(() => said() !== undefined || isQuiet(), `job ${id}`)
    await rig.say(`call schedule_remove ${JSON.stringify({ id })}`)
    return said()?.text ?? 'nothing'
  }
}

export const paths: Readonly<Record<string, Path>> = {
  'the model': (rig, tool, args) => rig.say(`call ${tool} ${JSON.stringify(args)}`),
  '/set': async (rig, tool, { name, value, for: time }) => {
    if (tool !== 'device_set') return 'A command does not take gpio_write.'
    const level = typeof value === 'number' ? `${value}%` : value
    return rig.say(`/set ${name} ${level}${time === undefined ? '' : ` for ${time}`}`)
  },
  'a job': planned({ in: '1s' }, (rig) => rig.clock.advance(1_000)),
  'pincer trigger': planned({ when: { event: 'trigger', name: 'now' } }, (rig) => rig.app.requests.trigger('now')),
  'an edge at a pin': planned(
    { when: { device: 'door', edge: 'rising' } },
    async (rig) => {
      for (const level of ['low', 'high']) {
        await rig.say(`/sim drive GPIO4 ${level}`)
        await rig.clock.advance(10)
      }
    },
    { isQuietWhenLatched: true },
  ),
}

/** What one path asks of outputs. */
class Asker {
  readonly rig: LimitRig
  readonly #path: Path

  constructor(rig: LimitRig, path: Path) {
    this.rig = rig
    this.#path = path
  }

  call(tool: string, args: Readonly<Record<string, string | number>>): Promise<string> {
    return this.#path(this.rig, tool, args)
  }

  set(name: string, value: Level, time?: string): Promise<string> {
    return this.call('device_set', { name, value, ...(time !== undefined && { for: time }) })
  }

  /** What is allowed is done: a path that switched nothing would keep every limit. */
  async switchOn(name: string, time?: string): Promise<void> {
    const said = await this.set(name, 'on', time)
    if (!(await this.rig.isOn(name))) throw new Error(`${name} was not switched on: ${said}`)
  }
}

/** Tries to pass one limit, and answers whether it held. */
type Attempt = (ask: Asker, rig: LimitRig) => Promise<boolean>

/** `start` is the last: it starts the program again. */
const attempts: Readonly<Record<string, Attempt>> = {
  async safe(ask, rig) {
    if (await rig.isOn('valve')) return false
    await ask.switchOn('valve')
    await rig.say('/stop all')
    if (await rig.isOn('valve')) return false
    await ask.set('siren', 'on')
    if (await rig.isOn('siren')) return false
    await rig.say('/resume')
    await ask.switchOn('siren')
    return true
  },
  async maxOn(ask, rig) {
    await ask.switchOn('heater', '3h')
    await rig.clock.advance(30 * minuteMs)
    // Neither asking again nor a longer time moves the end.
    await ask.set('heater', 'on', '3h')
    await rig.clock.advance(30 * minuteMs)
    return !(await rig.isOn('heater'))
  },
  async minOn(ask, rig) {
    await ask.switchOn('press')
    await ask.set('press', 'off')
    return rig.isOn('press')
  },
  async minOff(ask, rig) {
    await ask.switchOn('pump')
    await ask.set('pump', 'off')
    await ask.set('pump', 'on')
    return !(await rig.isOn('pump'))
  },
  async perMinute(ask, rig) {
    await ask.switchOn('bell')
    await ask.set('bell', 'off')
    await ask.set('bell', 'on')
    return !(await rig.isOn('bell'))
  },
  async interlock(ask, rig) {
    await ask.switchOn('up')
    await ask.set('down', 'on')
    return !(await rig.isOn('down'))
  },
  async deadTime(ask, rig) {
    await ask.switchOn('left')
    await ask.set('left', 'off')
    await ask.set('right', 'on')
    return !(await rig.isOn('right'))
  },
  async range(ask, rig) {
    await ask.set('fan', 50)
    if (!(await rig.say('/read fan')).includes('50 %')) throw new Error('The fan was not set.')
    await ask.set('fan', 95)
    return (await rig.say('/read fan')).includes('50 %')
  },
  async confirm(ask, rig) {
    rig.answerWith(() => 'no')
    await ask.set('gate', 'on')
    if (await rig.isOn('gate')) return false
    rig.answerWith(() => 'yes')
    await ask.switchOn('gate')
    return true
  },
  async 'a raw tool on its line'(ask, rig) {
    const said: string[] = []
    for (const line of ['GPIO5', 'pin29', 'pinctrl-bcm2711:5'])
      said.push(await ask.call('gpio_write', { line, value: 0 }))
    if (!(await rig.isOn('siren'))) return false
    return said.every((each) => /GPIO5 belongs to the device siren\.|does not take gpio_write/.test(each))
  },
  async start(ask, rig) {
    await ask.switchOn('night')
    if (!(await rig.isOn('siren'))) throw new Error('The siren was left on before.')
    const after = await rig.restart()
    if (!(await after.isOn('night'))) throw new Error('What was to be restored was not.')
    return !(await after.isOn('siren'))
  },
}

/** The limits that hold for what comes by this path, and those that do not. */
export async function limitsHeld(t: Test, home: string, path: Path) {
  const rig = await limitRig(t, home)
  const ask = new Asker(rig, path)
  const [held, passed]: [string[], string[]] = [[], []]
  for (const [limit, holds] of Object.entries(attempts)) ((await holds(ask, rig)) ? held : passed).push(limit)
  return { held, passed }
}
