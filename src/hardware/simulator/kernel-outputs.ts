import { givenBack } from '../line-checks.ts'
import type { KernelOutput, KernelOutputPort } from '../ports.ts'

/** LEDs and PWM channels of any name, each of which remembers what it was driven to. */
export function createSimulatedKernelOutputs(): KernelOutputPort {
  const levels = new Map<string, number>()
  return {
    async request({ output, percent }) {
      const key = keyOf(output)
      levels.set(key, percent)
      let isHeld = true
      const check = (): void => {
        if (!isHeld) throw givenBack(key)
      }
      return {
        async set(next) {
          check()
          levels.set(key, next)
        },
        async get() {
          check()
          return levels.get(key) ?? 0
        },
        async release() {
          isHeld = false
        },
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
