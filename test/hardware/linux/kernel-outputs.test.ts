import fs from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { HardwareError } from '../../../src/errors.ts'
import { LinuxKernelOutputs } from '../../../src/hardware/linux/kernel-outputs.ts'
import { LoopWatchdog } from '../../../src/hardware/linux/loop-watchdog.ts'
import type { Addon } from '../../../src/hardware/native/addon.ts'
import type { KernelOutput } from '../../../src/hardware/ports.ts'
import { limits } from '../../../src/limits.ts'
import { FakeClock } from '../../support/fake-clock.ts'

const act = { kind: 'led', name: 'ACT' } as const
const pwm = { kind: 'pwm', chip: '1f00098000.pwm', channel: 1, frequencyHz: 1_000 } as const

/** A made-up tree with the files of the kernel's ABI; a channel that is exported stands there already. */
function open(
  t: Test,
  options: {
    readonly brightness?: string
    readonly most?: string
    readonly watched?: string[]
    readonly isWatchdogBroken?: boolean
    /** So many tries find a channel that is still root's alone. */
    readonly refusals?: number
  } = {},
) {
  const { brightness = '0\n', most = '255\n', watched = [], isWatchdogBroken = false, refusals = 0 } = options
  const root = t.testdir({
    sys: {
      class: {
        leds: {
          ACT: { brightness, max_brightness: most, trigger: 'none [mmc0] timer\n' },
          PWR: { brightness: '1\n', max_brightness: '1\n', trigger: '[none] mmc0\n' },
        },
        pwm: {
          // A bus of another board's driver has the lower number in this boot.
          pwmchip0: { npwm: '4\n', export: '', device: t.fixture('symlink', '../../../devices/other.pwm') },
          pwmchip2: {
            npwm: '2\n',
            export: '',
            device: t.fixture('symlink', '../../../devices/1f00098000.pwm'),
            pwm1: { period: '0\n', duty_cycle: '0\n', enable: '0\n' },
          },
        },
      },
      devices: { 'other.pwm': {}, '1f00098000.pwm': {} },
    },
  })
  let number = 0
  const functions: Partial<Addon> = {
    watchdogStart() {
      if (isWatchdogBroken) throw Object.assign(new Error('ENOMEM'), { code: 'ENOMEM' })
    },
    watchdogAddFile: (fd, text) => watched.push(`${fs.readlinkSync(`/proc/self/fd/${fd}`)} ${text}`) && ++number,
    watchdogRemove: (which) => void watched.push(`remove ${which}`),
  }
  const watchdog = new LoopWatchdog(() => functions as Addon)
  const clock = new FakeClock()
  let refusalsLeft = refusals
  const undisturbed: Addon['undisturbed'] = (work) => {
    if (refusalsLeft-- > 0) throw new HardwareError('EPERM', 'This user may not write period.')
    return work()
  }
  const port = new LinuxKernelOutputs({ root, clock, watchdog, undisturbed })
  const text = (...path: readonly string[]): string => fs.readFileSync(join(root, 'sys/class', ...path), 'utf8').trim()
  const request = (output: KernelOutput, percent: number) => port.request({ output, percent, whenStuckPercent: 0 })
  return { root, clock, port, text, request }
}

void t.test('an LED takes its share of max_brightness, and what blinked it is switched off', async (t) => {
  const { text, request } = open(t)
  const led = await request(act, 40)
  t.same([text('leds/ACT/brightness'), text('leds/ACT/trigger')], ['102', 'none'])
  t.equal(await led.get(), 40)
  for (const [percent, brightness] of [
    [0, '0'],
    [0.01, '1'],
    [100, '255'],
  ] as const) {
    await led.set(percent)
    t.equal(text('leds/ACT/brightness'), brightness)
  }
  await led.release()
  await led.release()
  t.equal(text('leds/ACT/brightness'), '255', 'its level stays')
})

void t.test('an LED that is only on or off is on for any level but 0', async (t) => {
  const { text, request } = open(t)
  const led = await request({ kind: 'led', name: 'PWR' }, 0)
  t.equal(text('leds/PWR/brightness'), '0')
  await led.set(1)
  t.equal(text('leds/PWR/brightness'), '1')
  t.equal(await led.get(), 100)
})

void t.test('a PWM channel is found by its device, and has its level before it is enabled', async (t) => {
  const { text, request } = open(t)
  const level = await request(pwm, 25)
  const all = (): readonly string[] => ['period', 'duty_cycle', 'enable'].map((file) => text('pwm/pwmchip2/pwm1', file))
  t.same(all(), ['1000000', '250000', '1'])
  await level.set(80)
  t.same(all(), ['1000000', '800000', '1'])
  t.equal(await level.get(), 80)
  await level.release()
  t.equal(text('pwm/pwmchip2/export'), '', 'it was exported already')
})

void t.test('what is not there, or may not be written, is a sentence that names what is', async (t) => {
  const { root, request } = open(t)
  const faults: readonly (readonly [KernelOutput, string, RegExp])[] = [
    [{ kind: 'led', name: 'led9' }, 'ENODEV', /^The kernel has no LED led9 .*: use ACT or PWR\.$/],
    [
      { ...pwm, chip: 'pwmchip2' },
      'ENODEV',
      /no PWM chip pwmchip2 .* use one that is there: other\.pwm, 1f00098000\.pwm/,
    ],
    [{ ...pwm, channel: 2 }, 'ENODEV', /^There is no PWM channel 2 of 1f00098000\.pwm: use a lower/],
    // Nothing makes the folder in a made-up tree.
    [{ ...pwm, channel: 0 }, 'ENODEV', /PWM channel 0 of 1f00098000\.pwm does not do .*period: ENOENT/],
  ]
  for (const [output, kernel, message] of faults)
    await t.rejects(request(output, 0), { code: 'hardware', kernel, message })
  t.equal(fs.readFileSync(join(root, 'sys/class/pwm/pwmchip2/export'), 'utf8'), '0')
  fs.writeFileSync(join(root, 'sys/class/leds/ACT/max_brightness'), 'what?')
  await t.rejects(request(act, 0), { kernel: 'EIO', message: /max_brightness says "what\?"/ })
  fs.rmSync(join(root, 'sys/class/leds/PWR/brightness'))
  fs.mkdirSync(join(root, 'sys/class/leds/PWR/brightness'))
  await t.rejects(request({ kind: 'led', name: 'PWR' }, 0), { kernel: 'EIO', message: /LED PWR does not do .*EISDIR/ })
})

void t.test('away from its safe level it is under the watchdog, by the file that is written', async (t) => {
  const watched: string[] = []
  const { root, port, request } = open(t, { watched })
  const led = await request(act, 0)
  t.same(watched, [])
  await led.set(50)
  await led.set(60)
  await led.set(0)
  const vent = await port.request({ output: pwm, percent: 90, whenStuckPercent: 30 })
  await vent.release()
  t.same(watched, [
    `${root}/sys/class/leds/ACT/brightness 0`,
    'remove 1',
    `${root}/sys/class/pwm/pwmchip2/pwm1/duty_cycle 300000`,
    'remove 2',
  ])
})

void t.test('an output that was given back is not written any more, nor is a file that got its number', async (t) => {
  const watched: string[] = []
  const { root, text, request } = open(t, { watched })
  const led = await request(act, 0)
  await led.release()
  const other = fs.openSync(join(root, 'sys/class/leds/PWR/brightness'), 'r')
  const gone = { code: 'hardware', kernel: 'EPERM', message: /^The LED ACT was given back\. Request it again/ }
  await t.rejects(led.set(50), gone)
  await t.rejects(led.get(), gone)
  fs.closeSync(other)
  t.same(watched, [], 'the watchdog would have written into it')
  t.equal(text('leds/ACT/brightness'), '0')
})

void t.test('an output that the watchdog cannot take stays as it is, and nothing of it stays open', async (t) => {
  const { root, text, request } = open(t, { isWatchdogBroken: true })
  await t.rejects(request(act, 50), { code: 'hardware', kernel: 'EIO', message: /LED ACT does not do .*ENOMEM/ })
  t.equal(text('leds/ACT/brightness'), '0')
  const files = fs.readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return fs.readlinkSync(`/proc/self/fd/${fd}`)
    } catch {
      return []
    }
  })
  t.same(
    files.filter((path) => path.startsWith(root)),
    [],
  )
})

void t.test('a PWM channel that udev gives away only behind its export is waited for, but not for ever', async (t) => {
  const { pwmRightsTriesMax, pwmRightsWaitMs } = limits
  const late = open(t, { refusals: pwmRightsTriesMax - 1 })
  const level = late.request(pwm, 25)
  await late.clock.advance((pwmRightsTriesMax - 1) * pwmRightsWaitMs)
  await (await level).release()
  t.equal(late.text('pwm/pwmchip2/pwm1/duty_cycle'), '250000')

  const never = open(t, { refusals: pwmRightsTriesMax })
  const refused = t.rejects(never.request(pwm, 25), { code: 'hardware', kernel: 'EPERM' })
  await never.clock.advance(pwmRightsTriesMax * pwmRightsWaitMs)
  await refused
  await t.rejects(
    open(t, { refusals: 1 }).request(act, 25),
    { code: 'hardware', kernel: 'EPERM' },
    'an LED is not: it is there since the start',
  )
})
