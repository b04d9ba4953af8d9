import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import { HardwareError, type KernelErrorName } from '../../src/errors.ts'
import type { I2cPort, I2cTransfer, SpiPort, SpiTransfer } from '../../src/hardware/ports.ts'
import type { Board } from './board.ts'

export type BusCall =
  | { readonly does: 'i2c buses' | 'spi devices' | 'spi transferBytesMax' | 'open files' | 'exit' }
  | { readonly does: 'i2c transfer'; readonly transfer: I2cTransfer }
  | { readonly does: 'i2c scan'; readonly bus: number }
  | { readonly does: 'spi transfer'; readonly transfer: SpiTransfer }
  | { readonly does: 'pass'; readonly durationMs: number }
  | { readonly does: 'become'; readonly id: number }

export type BusAnswer = { readonly value: unknown } | { readonly kernel: KernelErrorName; readonly message: string }

const root = join(import.meta.dirname, '../..')

/** The Linux drivers inside the guest, as ports outside. */
export interface RemoteBuses {
  readonly i2c: I2cPort
  readonly spi: SpiPort
  /** Lets so much time pass for the drivers, for which none passes else: what is late by then is given up. */
  pass(durationMs: number): Promise<void>
  /** Their process; it takes SIGUSR2, and does nothing at it. */
  readonly pid: Promise<number>
  /** The drivers go on as another user, who is in no group. */
  become(userId: number): Promise<void>
  /** Ends their process; answers its exit code. */
  exit(): Promise<number | null>
  /** How many files they have open. */
  openFiles(): Promise<number>
}

export async function startBuses(board: Board): Promise<RemoteBuses> {
  const program = board.start(['/bin/sh', join(root, 'build/node'), join(root, 'test/board/guest/buses-program.ts')])
  let calls = 0
  const ask = async <Value>(call: BusCall): Promise<Value> => {
    const said = await exchange(call)
    if ('kernel' in said) throw new HardwareError(said.kernel, said.message)
    // Each call's answer is that of the port's method of the same name.
    return said.value as Value
  }
  const exchange = async (call: BusCall): Promise<BusAnswer> => {
    const id = ++calls
    program.type(`${id} ${serialize(call).toString('base64')}\n`)
    await program.says(` end ${id}\n`)
    const [, answer = ''] = new RegExp(`^answer ${id} (\\S+) `, 'm').exec(program.stdout) ?? []
    return deserialize(Buffer.from(answer, 'base64'))
  }
  const transferBytesMax = await ask<number>({ does: 'spi transferBytesMax' })
  return {
    i2c: {
      buses: () => ask({ does: 'i2c buses' }),
      transfer: (transfer) => ask({ does: 'i2c transfer', transfer }),
      scan: (bus) => ask({ does: 'i2c scan', bus }),
    },
    spi: {
      transferBytesMax,
      devices: () => ask({ does: 'spi devices' }),
      transfer: (transfer) => ask({ does: 'spi transfer', transfer }),
    },
    pass: (durationMs) => ask({ does: 'pass', durationMs }),
    pid: program.pid,
    become: (id) => ask({ does: 'become', id }),
    async exit() {
      void ask({ does: 'exit' }).catch(() => {})
      return (await program.ended).code
    },
    openFiles: () => ask({ does: 'open files' }),
  }
}
