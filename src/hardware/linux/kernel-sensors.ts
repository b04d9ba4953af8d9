import fs from 'node:fs'
import { basename, join } from 'node:path'
import type { Clock } from '../../clock.ts'
import { isPincerError, type KernelErrorName } from '../../errors.ts'
import { errorName } from '../../files.ts'
import { kernelSensorName } from '../kernel-sensor-name.ts'
import type { KernelSensor, KernelSensorPort } from '../ports.ts'
import { hardwareFault, remedies } from '../remedies.ts'
import { KernelReads } from './kernel-reads.ts'

type Chip = Extract<KernelSensor, { readonly name: string }>

/** Sensors of kernel drivers as sysfs shows them. Looked up at each read: chips come and go. */
export class LinuxKernelSensors implements KernelSensorPort {
  readonly #sysfs: string
  readonly #reads: KernelReads

  /** `root` is `/`, or a folder that looks like it. */
  constructor(options: { readonly root: string; readonly clock: Clock }) {
    this.#sysfs = join(options.root, 'sys')
    this.#reads = new KernelReads(options.clock)
  }

  async read(sensor: KernelSensor): Promise<number> {
    const name = kernelSensorName(sensor)
    return this.#reads.run(name, () => this.#read(sensor, name))
  }

  #read(sensor: KernelSensor, name: string): Promise<number> {
    switch (sensor.kind) {
      case 'hwmon':
        return this.#readHwmon(sensor, name)
      case 'iio':
        return this.#readIio(sensor, name)
      case 'ds18b20':
        return this.#readOneWire(sensor.id, name)
      case 'thermal':
        return this.#readZone(sensor.zone, name)
    }
  }

  async #readHwmon(sensor: Chip, name: string): Promise<number> {
    const folder = await this.#findChip(sensor, 'class/hwmon')
    const value = await numberIn(join(folder, `${sensor.value}_input`), name)
    if (value === undefined) throw await noValue(sensor, folder, /^(.+\d)_input$/)
    // A broken wire or diode that the chip itself has noticed.
    if ((await numberIn(join(folder, `${sensor.value}_fault`), name)) === 1) throw unread(name, 'it reports a fault')
    return value
  }

  async #readIio(sensor: Chip, name: string): Promise<number> {
    const folder = await this.#findChip(sensor, 'bus/iio/devices')
    const processed = await numberIn(join(folder, `in_${sensor.value}_input`), name)
    if (processed !== undefined) return processed
    const raw = await numberIn(join(folder, `in_${sensor.value}_raw`), name)
    if (raw === undefined) throw await noValue(sensor, folder, /^in_(.+)_(?:input|raw)$/)
    // A scale may be one channel's own or that of all channels of its type: of `temp_object` that is `temp`, of
    // `voltage0-voltage1` it is `voltage-voltage` (__iio_device_attr_init in industrialio-core.c).
    const ofType = sensor.value.replaceAll(/([a-z]+)[^-]*/g, '$1')
    const setting = async (what: string): Promise<number | undefined> =>
      (await numberIn(join(folder, `in_${sensor.value}_${what}`), name)) ??
      (await numberIn(join(folder, `in_${ofType}_${what}`), name))
    return (raw + ((await setting('offset')) ?? 0)) * ((await setting('scale')) ?? 1)
  }

  /**
   * By w1_slave: it alone carries the verdict on the checksum. The newer file `temperature` prints what came over the wire
   * whatever the checksum says.
   */
  async #readOneWire(id: string, name: string): Promise<number> {
    const folder = join(this.#sysfs, 'bus/w1/devices')
    const text = await textIn(join(folder, id, 'w1_slave'), name)
    if (text === undefined) {
      const found = (await namesIn(folder)).filter((each) => each.startsWith('28-'))
      // The kernel shows a chip before its driver has taken it, and for good where that driver is not loaded.
      const remedy = found.includes(id) ? remedies['one-wire-undriven'](id) : remedies['no-one-wire'](id, found)
      throw hardwareFault('ENODEV', remedy)
    }
    const [, verdict] = /crc=[0-9a-f]{2} (YES|NO)/.exec(text) ?? []
    if (verdict === 'NO') throw unread(name, 'its checksum is wrong')
    const [, value] = /\bt=(-?\d+)\s*$/.exec(text) ?? []
    if (verdict === undefined || value === undefined) throw unread(name, 'no temperature')
    return Number(value)
  }

  async #readZone(zone: string, name: string): Promise<number> {
    const zones = await this.#named('class/thermal', /^thermal_zone\d+$/, 'type')
    const [found, twin] = zones.filter((each) => each.name === zone)
    if (twin !== undefined) throw hardwareFault('EINVAL', remedies['two-zones'](zone))
    const value = found === undefined ? undefined : await numberIn(join(found.folder, 'temp'), name)
    if (value === undefined) throw hardwareFault('ENODEV', remedies['no-zone'](zone, unique(zones)))
    return value
  }

  async #findChip({ kind, name, device }: Chip, parent: string): Promise<string> {
    const chips = await this.#named(parent, /./, 'name')
    const named = await Promise.all(
      chips.filter((each) => each.name === name).map(async ({ folder }) => ({ folder, place: await placeOf(folder) })),
    )
    const found = named.filter(({ place }) => device === undefined || place === device)
    const [first, ...more] = found
    if (first === undefined) {
      const others = named.length === 0 ? unique(chips) : named.map(({ place }) => `${name} at ${place}`)
      const wanted = device === undefined ? name : `${name} at ${device}`
      throw hardwareFault('ENODEV', remedies['no-driver'](kind, wanted, others))
    }
    if (more.length > 0) {
      const places = found.map(({ place }) => place).toSorted()
      throw hardwareFault('EINVAL', remedies['two-sensors'](kind, name, places))
    }
    return first.folder
  }

  /** The folders in `parent` with what their file `nameFile` calls them. */
  async #named(
    parent: string,
    pattern: RegExp,
    nameFile: string,
  ): Promise<readonly { readonly name: string; readonly folder: string }[]> {
    const folders = (await namesIn(join(this.#sysfs, parent)))
      .filter((each) => pattern.test(each))
      .map((each) => join(this.#sysfs, parent, each))
    return Promise.all(
      folders.map(async (folder) => {
        // One that goes away while it is looked at has no name.
        const name = await fs.promises.readFile(join(folder, nameFile), 'utf8').catch(() => '')
        return { name: name.trim(), folder }
      }),
    )
  }
}

/** The kernel's name of what the driver drives, for example `1-0045`. */
async function placeOf(folder: string): Promise<string> {
  try {
    return basename(await fs.promises.realpath(join(folder, 'device')))
  } catch {
    // An IIO device has no such link, but stands in the folder of what it drives.
    return basename(join(await fs.promises.realpath(folder).catch(() => folder), '..'))
  }
}

async function numberIn(path: string, name: string): Promise<number | undefined> {
  const text = (await textIn(path, name))?.trim()
  if (text === undefined) return undefined
  if (text === '') throw unread(name, 'no value')
  if (!/^-?\d+(\.\d+)?$/.test(text)) throw unread(name, `"${text.slice(0, 40)}" is no number`)
  return Number(text)
}

const kernelErrors: ReadonlySet<string> = new Set<KernelErrorName>([
  'EBUSY',
  'ENXIO',
  'EREMOTEIO',
  'ETIMEDOUT',
  'EINVAL',
  'EIO',
])

/** `undefined` when there is no such file. */
async function textIn(path: string, name: string): Promise<string | undefined> {
  try {
    return await fs.promises.readFile(path, 'utf8')
  } catch (error) {
    if (isPincerError(error)) throw error
    const kernel = errorName(error) ?? 'EIO'
    if (kernel === 'ENOENT' || kernel === 'ENOTDIR') return undefined
    if (kernel === 'EACCES' || kernel === 'EPERM') {
      const fix = `let this user read it (ls -l ${path})`
      throw hardwareFault('EPERM', { cause: `${path} may not be read by this user`, fix }, error)
    }
    throw unread(name, kernel, isKernelError(kernel) ? kernel : 'EIO', error)
  }
}

function isKernelError(name: string): name is KernelErrorName {
  return kernelErrors.has(name)
}

function unread(name: string, why: string, kernel: KernelErrorName = 'EIO', cause?: unknown) {
  return hardwareFault(kernel, remedies['sensor-unread'](name, why), cause)
}

async function noValue({ kind, name, value }: Chip, folder: string, pattern: RegExp) {
  const values = (await namesIn(folder)).flatMap((file) => pattern.exec(file)?.[1] ?? [])
  return hardwareFault('ENODEV', remedies['no-value'](`${kind} ${name}`, value, values))
}

async function namesIn(folder: string): Promise<readonly string[]> {
  const names: readonly string[] = await fs.promises.readdir(folder).catch(() => [])
  return names.toSorted()
}

function unique(named: readonly { readonly name: string }[]): readonly string[] {
  return [...new Set(named.map(({ name }) => name))].filter((name) => name !== '').toSorted()
}
