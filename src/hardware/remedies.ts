import { HardwareError, type KernelErrorName } from '../errors.ts'

/** What keeps hardware from working, and what mends it. Both are clauses, so that a sentence can be made of them. */
export interface Remedy {
  /** What is wrong, and where. */
  readonly cause: string
  /** What a person does about it, with the command or the line to write. */
  readonly fix: string
}

export interface I2cPlace {
  readonly bus: number
  readonly address: number
}

const rebooted = 'and reboot'

/**
 * The one table of what goes wrong between Pincer and its pins. The simulator and the Linux drivers fail with these
 * sentences, and whoever looks at a host before it fails prints the same ones. `setup` is what the board's own file says
 * about switching the interface on; without it, what most boards want.
 */
export const remedies = {
  'no-compiler': (missing: readonly string[]): Remedy => ({
    cause: `Real pins need compiled addons, and ${missing.join(', ')} ${missing.length > 1 ? 'are' : 'is'} missing here`,
    fix: '`sudo apt-get install gcc g++ make python3`, then `npm run native`; without them everything runs, simulated',
  }),

  'no-gpio': (): Remedy => ({
    cause: 'The kernel shows no GPIO chip (/dev/gpiochip*)',
    fix: 'run Pincer on the board itself and not in a container, or write `board: simulated` into pincer.yaml',
  }),
  'no-line': (line: string): Remedy => ({
    cause: `There is no line ${line} on this board`,
    fix: 'take one that `pincer board` shows, by its name or as chip:line',
  }),
  'line-held': (line: string, holder: string): Remedy => ({
    cause: `Line ${line} is held by ${holder === '' ? 'something else' : `"${holder}"`}`,
    fix: 'stop what uses it (a program, or an overlay in config.txt), or choose another line',
  }),

  'line-twice': (line: string, addresses: readonly string[]): Remedy => ({
    cause: `${line} could be more than one line (${addresses.join(' and ')})`,
    fix: `write ${addresses.length > 1 ? 'one of those instead' : 'a name that only one line has'}`,
  }),
  'line-gone': (line: string): Remedy => ({
    cause: `The chip of line ${line} is gone`,
    fix: 'connect it again; the line is then found by itself',
  }),
  'line-settings': (line: string): Remedy => ({
    cause: `The chip of line ${line} does not take what is asked of it (direction, pull, debounce)`,
    fix: 'ask for less, for example `pull: off` with a resistor of your own',
  }),
  'no-edges': (line: string): Remedy => ({
    cause: `The chip of line ${line} cannot tell when it changes, so it can neither be debounced nor listened to`,
    fix: "connect the chip's interrupt pin, or use a line of the board itself",
  }),
  'line-silent': (line: string): Remedy => ({
    cause: `The chip of line ${line} does not answer`,
    fix: "check the chip's wiring and supply",
  }),

  'no-i2c-bus': (bus: number, others: readonly number[], setup?: string): Remedy => ({
    cause: `There is no I2C bus ${bus}`,
    fix: `${setup ?? `enable I2C (on a Raspberry Pi dtparam=i2c_arm=on in config.txt, ${rebooted})`}${orUse(others)}`,
  }),
  'no-i2c-dev': (bus: number): Remedy => ({
    cause: `The kernel has I2C bus ${bus}, but no /dev/i2c-${bus}`,
    fix: 'load its driver: sudo modprobe i2c-dev, and at each start: echo i2c-dev | sudo tee /etc/modules-load.d/i2c-dev.conf',
  }),
  'no-answer': (place: I2cPlace): Remedy => ({
    cause: `Nothing answers at ${at(place)}`,
    fix: 'check SDA, SCL, its supply and ground, and its address',
  }),
  'address-held': (place: I2cPlace, holder: string): Remedy => ({
    cause: `A kernel driver${holder === '' ? '' : ` (${holder})`} holds ${at(place)}`,
    fix: `read it as that driver's kernel sensor, or remove its overlay from config.txt ${rebooted}`,
  }),
  'bus-timeout': (bus: number, timeoutMs: number): Remedy => ({
    cause: `I2C bus ${bus} did not come free within ${timeoutMs} ms, so SDA or SCL is held low`,
    fix: 'check for a short and for pull-up resistors, then switch the devices on it off and on',
  }),
  /** The adapter gives up on its own: on a Raspberry Pi this is what a chip that stretches the clock comes to. */
  'broken-off': (place: I2cPlace): Remedy => ({
    cause: `The transfer with ${at(place)} broke off, as it does with no answer, a bad contact, noise, or a chip that stretches the clock for longer than the adapter waits`,
    fix: 'check its wiring, shorten the wires, or slow the bus down (on a Raspberry Pi dtparam=i2c_arm_baudrate=10000 in config.txt)',
  }),
  'adapter-limit': (bus: number, what: string): Remedy => ({
    cause: `The adapter of I2C bus ${bus} cannot do this transfer (${what})`,
    fix: 'send or read less at once, or use another bus',
  }),

  'no-spi-device': (device: string, others: readonly string[], setup?: string): Remedy => ({
    cause: `There is no SPI device ${device}`,
    fix: `${setup ?? `enable SPI (on a Raspberry Pi dtparam=spi=on in config.txt, ${rebooted})`}${orUse(others)}`,
  }),
  'spi-settings': (device: string, mode: number, speedHz: number): Remedy => ({
    cause: `The driver of SPI device ${device} does not take mode ${mode} at ${speedHz} Hz`,
    fix: 'use what its device tree and its controller allow, mode 0 and 1000000 Hz nearly always',
  }),
  'spi-failed': (device: string): Remedy => ({
    cause: `The transfer with SPI device ${device} failed in its controller`,
    fix: 'try again more slowly; if it stays so, the kernel tells more (sudo dmesg | tail)',
  }),
  bufsiz: (device: string, sizeBytes: number, bytesMax: number): Remedy => ({
    cause: `A transfer of ${sizeBytes} bytes on SPI device ${device} is longer than the ${bytesMax} that the driver takes`,
    fix: `send less at once, or add spidev.bufsiz=${2 ** Math.ceil(Math.log2(sizeBytes))} to the kernel command line (on a Raspberry Pi cmdline.txt) ${rebooted}`,
  }),

  'no-driver': (kind: string, name: string, others: readonly string[]): Remedy => ({
    cause: `No ${kind} driver names its sensor ${name}`,
    fix: `load the driver (on a Raspberry Pi an overlay such as dtoverlay=i2c-sensor in config.txt, ${rebooted})${orOther(others)}`,
  }),
  'two-sensors': (kind: string, name: string, places: readonly string[]): Remedy => ({
    cause: `More than one ${kind} sensor is named ${name}`,
    fix: `say which one by its place, device: ${places.join(' or ')}`,
  }),
  'no-value': (sensor: string, value: string, others: readonly string[]): Remedy => ({
    cause: `The ${sensor} has no ${value}`,
    fix: others.length === 0 ? 'choose another sensor' : `use ${others.join(' or ')}`,
  }),
  'no-one-wire': (id: string, others: readonly string[]): Remedy => ({
    cause: `There is no ${id} on the 1-Wire bus`,
    fix: `enable it (on a Raspberry Pi dtoverlay=w1-gpio in config.txt, ${rebooted}), check the wire and its pull-up of 4.7 kΩ${orOther(others)}`,
  }),
  'one-wire-undriven': (id: string): Remedy => ({
    cause: `The kernel sees the ${id} but does not drive it yet`,
    fix: 'read it again in a moment, else load its driver (`sudo modprobe w1_therm`)',
  }),
  'no-zone': (zone: string, others: readonly string[]): Remedy => ({
    cause: `The kernel has no thermal zone ${zone}`,
    fix:
      others.length === 0 ? 'this board measures no heat of its own: remove the device' : `use ${others.join(' or ')}`,
  }),
  'two-zones': (zone: string): Remedy => ({
    cause: `More than one thermal zone of the kernel is named ${zone}`,
    fix: 'choose another sensor: nothing that lasts tells them apart',
  }),
  'sensor-unread': (sensor: string, why: string): Remedy => ({
    cause: `The kernel's driver of the ${sensor} cannot read it (${why})`,
    fix: 'check its wiring and supply',
  }),
  'sensor-slow': (sensor: string, deadlineMs: number): Remedy => ({
    cause: `The kernel's driver of the ${sensor} has not answered within ${deadlineMs / 1_000} s`,
    fix: 'check its wiring and supply; it is read again as soon as that answer is there',
  }),
  'sensors-stuck': (sensor: string, others: readonly string[]): Remedy => ({
    cause: `The ${sensor} is not read, for the kernel has not come back from ${others.join(' and ')}`,
    fix: 'check their wiring and supply; all are read again as soon as one of them answers',
  }),

  /** A call that the kernel has not come back from: whatever else is asked of that bus has to wait for it. */
  hanging: (bus: string, deadlineMs: number): Remedy => ({
    cause: `${bus} is stuck, for a transfer has not come back from the kernel within ${deadlineMs} ms`,
    fix: 'check for a line that is held low, and switch the devices on it off and on; the bus is used again as soon as that transfer, which may still be done, ends',
  }),
  'no-right': (node: string, group: string): Remedy => ({
    cause: `${node} may not be opened by this user`,
    fix: `add the user to the group ${group} (sudo usermod -aG ${group} USER), then log in again or restart the service`,
  }),
  unexpected: (place: string, name: string): Remedy => ({
    cause: `${place} failed with ${name}, which is not expected of it`,
    fix: 'try again; the kernel may tell more (sudo dmesg | tail)',
  }),
  'no-led': (led: string, others: readonly string[]): Remedy => ({
    cause: `The kernel has no LED ${led} (/sys/class/leds)`,
    fix: others.length === 0 ? 'use a `line` instead of `led`' : `use ${others.join(' or ')}`,
  }),
  'no-pwm-chip': (chip: string, others: readonly string[]): Remedy => ({
    cause: `The kernel has no PWM chip ${chip} (/sys/class/pwm)`,
    fix: `switch it on (on a Raspberry Pi dtoverlay=pwm-2chan in config.txt, ${rebooted})${orOther(others)}`,
  }),
  'no-pwm-channel': (output: string): Remedy => ({
    cause: `There is no ${output}`,
    fix: 'use a lower `channel`: they are counted from 0',
  }),
  'output-denied': (output: string, path: string): Remedy => ({
    cause: `This user may not write ${path} of the ${output}`,
    fix: 'let a rule of udev give the file to a group of this user',
  }),
  'output-unanswered': (output: string, why: string): Remedy => ({
    cause: `The kernel's driver of the ${output} does not do what it is asked (${why})`,
    fix: "look for the driver's own words in dmesg",
  }),
  /** Debian gives some nodes to no group: a rule of udev does. */
  'no-group': (node: string, group: string): Remedy => ({
    cause: `${node} may be opened by root alone`,
    fix: `sudo groupadd -f ${group}, write SUBSYSTEM=="${subsystems[group] ?? group}", GROUP="${group}", MODE="0660" into /etc/udev/rules.d/60-${group}.rules, add the user to that group (sudo usermod -aG ${group} USER) ${rebooted}`,
  }),
} as const satisfies Readonly<Record<string, (...facts: never[]) => Remedy>>

/** How the kernel calls what a group may use. */
const subsystems: Readonly<Record<string, string>> = { gpio: 'gpio', i2c: 'i2c-dev', spi: 'spidev' }

/** The failure of a driver with its remedy as one sentence. */
export function hardwareFault(kernel: KernelErrorName, remedy: Remedy, reason?: unknown): HardwareError {
  return new HardwareError(kernel, remedySentence(remedy), { cause: reason })
}

export function remedySentence({ cause, fix }: Remedy): string {
  return `${cause}: ${fix}.`
}

function at({ bus, address }: I2cPlace): string {
  return `${hex(address)} on I2C bus ${bus}`
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(2, '0')}`
}

function orOther(others: readonly string[]): string {
  return others.length === 0 ? '' : `, or use one that is there: ${others.join(', ')}`
}

function orUse(others: readonly (number | string)[]): string {
  return others.length === 0 ? '' : `, or use ${others.join(' or ')}`
}
