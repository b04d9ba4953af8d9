import type { KernelOutput, KernelOutputPort } from '../ports.ts'

/** LEDs and PWM channels of any name, each of which remembers what it was driven to. */
export function createSimulatedKernelOutputs(): KernelOutputPort {
  const levels = new Map<string, number>()
  return {
    async request({ output, percent }) {
      const key = keyOf(output)
      levels.set(key, percent)
      return {
        set: async (next) => void levels.set(key, next),
        get: async () => levels.get(key) ?? 0,
        release: async () => undefined,
      }
    },
  }
}

function keyOf(output: KernelOutput): string {
  switch (output.kind) {
    case 'led':
      return `led:${output.name}`
    case 'pwm':
      return `pwm:${output.chip}/${output.channel}`
  }
}
