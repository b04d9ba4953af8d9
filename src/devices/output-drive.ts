import type { Hardware, KernelOutput } from '../hardware/ports.ts'

/** What an output is driven by, in percent: a GPIO line knows 0 and 100 alone. */
export interface Drive {
  set(percent: number): Promise<void>
  /** What it is driven to, read back. */
  get(): Promise<number>
  release(): Promise<void>
}

export type OutputPorts = Pick<Hardware, 'gpio' | 'kernelOutputs'>

/** Takes the output at this level, from the first moment on. Fails with HardwareError. */
export async function openDrive(
  { gpio, kernelOutputs }: OutputPorts,
  request: {
    readonly line: string
    readonly consumer: string
    readonly invert: boolean
    readonly percent: number
    /** Where it goes when the event loop is stuck. */
    readonly safePercent: number
  },
): Promise<Drive> {
  const { line, consumer, invert, percent, safePercent } = request
  const output = kernelOutputOf(line)
  if (output !== undefined) return kernelOutputs.request({ output, percent, whenStuckPercent: safePercent })
  const held = await gpio.requestOutput({
    line,
    consumer,
    initial: levelOf(percent),
    activeLow: invert,
    whenStuck: levelOf(safePercent),
  })
  return {
    set: (next) => held.set(levelOf(next)),
    get: async () => (await held.get()) * 100,
    release: () => held.release(),
  }
}

function levelOf(percent: number): 0 | 1 {
  return percent > 0 ? 1 : 0
}

/** As the configuration writes lines; `undefined` for a GPIO line. */
function kernelOutputOf(line: string): KernelOutput | undefined {
  const [, led] = /^led:(.+)$/.exec(line) ?? []
  if (led !== undefined) return { kind: 'led', name: led }
  const [, chip, channel, frequency] = /^pwm:([^/@]+)\/(\d+)@(\d+)$/.exec(line) ?? []
  if (chip === undefined) return undefined
  return { kind: 'pwm', chip, channel: Number(channel), frequencyHz: Number(frequency) }
}
