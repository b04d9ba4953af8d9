import fs from 'node:fs'
import { basename, join } from 'node:path'
import { type Clock, sleep } from '../../clock.ts'
import { type HardwareError, isHardwareError, type KernelErrorName } from '../../errors.ts'
import { errorName } from '../../files.ts'
import { limits } from '../../limits.ts'
import { givenBack } from '../line-checks.ts'
import type { Addon } from '../native/addon.ts'
import type { KernelOutput, KernelOutputLine, KernelOutputPort } from '../ports.ts'
import { hardwareFault, remedies } from '../remedies.ts'
import type { LoopWatchdog, Watched } from './loop-watchdog.ts'

/** A file of sysfs that sets a level, and what stands in it at this many percent. */
interface Dial {
  /** As people call the output. */
  readonly name: string
  readonly path: string
  readonly textOf: (percent: number) => string
  readonly percentOf: (text: string) => number
}

export interface LinuxKernelOutputsOptions {
  /** / or what looks like it. */
  readonly root: string
  readonly clock: Clock
  readonly watchdog: LoopWatchdog
  /** Runs this now, while no signal is taken: it would break off what a write becomes on a bus. */
  readonly undisturbed: Addon['undisturbed']
}

/** LEDs and PWM channels of kernel drivers as sysfs has them. */
export class LinuxKernelOutputs implements KernelOutputPort {
  readonly #options: LinuxKernelOutputsOptions

  constructor(options: LinuxKernelOutputsOptions) {
    this.#options = options
  }

  async request(request: Parameters<KernelOutputPort['request']>[0]): Promise<KernelOutputLine> {
    const { pwmRightsTriesMax, pwmRightsWaitMs } = limits
    for (let time = 1; ; time++) {
      try {
        return this.#request(request)
      } catch (error) {
        const mayPass = request.output.kind === 'pwm' && isHardwareError(error) && error.kernel === 'EPERM'
        if (!mayPass || time === pwmRightsTriesMax) throw error
      }
      // Bounded by its own length: nobody needs to stop it.
      await sleep(this.#options.clock, pwmRightsWaitMs, new AbortController().signal)
    }
  }

  #request(request: Parameters<KernelOutputPort['request']>[0]): KernelOutputLine {
    const { root, undisturbed } = this.#options
    const { output, percent, whenStuckPercent } = request
    const dial = undisturbed(() =>
      output.kind === 'led' ? openLed(root, output.name) : openPwm(root, output, percent),
    )
    return hold(dial, percent, whenStuckPercent, this.#options)
  }
}

function hold(
  dial: Dial,
  percent: number,
  safePercent: number,
  { watchdog, undisturbed }: LinuxKernelOutputsOptions,
): KernelOutputLine {
  const { name, path, textOf } = dial
  // The watchdog's; each write of ours opens the file anew, as a shell does.
  const fd = told(name, path, () => fs.openSync(path, 'r+'))
  let isHeld = true
  let watched: Watched | undefined
  const check = (): void => {
    // The number of the closed file may be another one's by now: the watchdog would write into that.
    if (!isHeld) throw givenBack(`The ${name}`)
  }
  const set = (next: number): void => {
    if (next !== safePercent) told(name, path, () => watched?.away())
    told(name, path, () => undisturbed(() => fs.writeFileSync(path, textOf(next))))
    if (next === safePercent) watched?.back()
  }
  const release = (): void => {
    if (!isHeld) return
    isHeld = false
    watched?.back()
    fs.closeSync(fd)
  }
  try {
    watched = watchdog.watchFile(fd, textOf(safePercent))
    set(percent)
  } catch (error) {
    release()
    throw error
  }
  return {
    async set(next) {
      check()
      set(next)
    },
    async get() {
      check()
      return dial.percentOf(read(name, path))
    },
    release: async () => release(),
  }
}

/** Documentation/ABI/testing/sysfs-class-led. */
function openLed(root: string, led: string): Dial {
  const name = `LED ${led}`
  const folder = join(root, 'sys/class/leds', led)
  if (!fs.existsSync(folder))
    throw hardwareFault('ENODEV', remedies['no-led'](led, namesIn(join(root, 'sys/class/leds'))))
  const most = numberIn(name, join(folder, 'max_brightness'))
  const trigger = join(folder, 'trigger')
  // What blinks it by itself, such as the SD card's traffic, would go on doing so.
  if (fs.existsSync(trigger) && !read(name, trigger).includes('[none]')) {
    told(name, trigger, () => fs.writeFileSync(trigger, 'none'))
  }
  return {
    name,
    path: join(folder, 'brightness'),
    textOf: (percent) => String(percent === 0 ? 0 : Math.max(1, Math.round((percent / 100) * most))),
    percentOf: (text) => (most === 0 ? 0 : (Number(text) / most) * 100),
  }
}

/** Documentation/ABI/testing/sysfs-class-pwm; times are in nanoseconds. */
function openPwm(root: string, output: Extract<KernelOutput, { kind: 'pwm' }>, percent: number): Dial {
  const { chip, channel, frequencyHz } = output
  const name = `PWM channel ${channel} of ${chip}`
  const folder = join(pwmChip(root, chip), `pwm${channel}`)
  if (channel >= numberIn(name, join(folder, '../npwm')))
    throw hardwareFault('ENODEV', remedies['no-pwm-channel'](name))
  const exporter = join(folder, '../export')
  if (!fs.existsSync(folder)) told(name, exporter, () => fs.writeFileSync(exporter, String(channel)))

  const periodNs = Math.round(1e9 / frequencyHz)
  const textOf = (level: number): string => String(Math.round((level / 100) * periodNs))
  const write = (file: string, text: string): void =>
    told(name, join(folder, file), () => fs.writeFileSync(join(folder, file), text))
  // The kernel refuses a period that is shorter than the pulse in it.
  if (numberIn(name, join(folder, 'period')) !== periodNs) {
    write('duty_cycle', '0')
    write('period', String(periodNs))
  }
  write('duty_cycle', textOf(percent))
  if (numberIn(name, join(folder, 'enable')) !== 1) write('enable', '1')
  return { name, path: join(folder, 'duty_cycle'), textOf, percentOf: (text) => (Number(text) / periodNs) * 100 }
}

/** The folder of the chip that stands in this device: pwmchip2 is another one after the next boot. */
function pwmChip(root: string, chip: string): string {
  const parent = join(root, 'sys/class/pwm')
  const chips = namesIn(parent)
    .filter((each) => /^pwmchip\d+$/.test(each))
    .map((each) => ({ folder: join(parent, each), device: deviceOf(join(parent, each)) }))
  const found = chips.find(({ device }) => device === chip)
  if (found !== undefined) return found.folder
  throw hardwareFault(
    'ENODEV',
    remedies['no-pwm-chip'](
      chip,
      chips.flatMap(({ device }) => device ?? []),
    ),
  )
}

function deviceOf(folder: string): string | undefined {
  try {
    return basename(fs.realpathSync(join(folder, 'device')))
  } catch {
    return undefined
  }
}

function numberIn(name: string, path: string): number {
  const text = read(name, path)
  if (/^\d+$/.test(text)) return Number(text)
  throw hardwareFault('EIO', remedies['output-unanswered'](name, `${path} says ${JSON.stringify(text.slice(0, 40))}`))
}

function read(name: string, path: string): string {
  return told(name, path, () => fs.readFileSync(path, 'utf8')).trim()
}

function told<Result>(name: string, path: string, work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    throw fault(name, path, error)
  }
}

function fault(name: string, path: string, error: unknown): HardwareError {
  const code = errorName(error)
  const kernel = codes[code ?? ''] ?? 'EIO'
  const remedy =
    kernel === 'EPERM'
      ? remedies['output-denied'](name, path)
      : remedies['output-unanswered'](name, `${path}: ${code ?? 'no reason'}`)
  return hardwareFault(kernel, remedy, error)
}

const codes: Readonly<Record<string, KernelErrorName>> = {
  EACCES: 'EPERM',
  EPERM: 'EPERM',
  EROFS: 'EPERM',
  ENOENT: 'ENODEV',
  ENODEV: 'ENODEV',
  EINVAL: 'EINVAL',
  EBUSY: 'EBUSY',
}

function namesIn(folder: string): readonly string[] {
  try {
    return fs.readdirSync(folder).toSorted()
  } catch {
    return []
  }
}
