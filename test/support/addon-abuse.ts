/**
 * Calls every function of the addon with whatever is no argument for it, then 100,000 times with what is one:
 * `node addon-abuse.ts ADDON`. A fault of memory is a crash here, of which a sanitizer tells the place.
 */
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Worker } from 'node:worker_threads'
import { isNativeError, loadAddon } from '../../src/hardware/native/addon.ts'

const [, , file = ''] = process.argv
const rounds = 20_000
const operations = 100_000

const addon = loadAddon(file)
const raw: { readonly exports: Record<string, unknown> } = { exports: {} }
process.dlopen(raw, file)
const folder = fs.mkdtempSync(join(tmpdir(), 'abuse-'))
/** No device at all, and open. */
const devicePath = join(folder, 'device')
const device = fs.openSync(devicePath, 'w+')

/** Repeats itself, so that a crash can be found again (xorshift32). */
let state = 0x2545f491
function below(bound: number): number {
  state ^= state << 13
  state ^= state >>> 17
  state ^= state << 5
  return (state >>> 0) % bound
}

const detached = new Uint8Array(8)
structuredClone(detached, { transfer: [detached.buffer] })
const evil = new Proxy(
  {},
  {
    get: () => {
      throw new Error('a property was read')
    },
  },
)
const values: readonly (() => unknown)[] = [
  () => undefined,
  () => null,
  () => below(2) === 1,
  () => below(300),
  () => device,
  () => -below(2 ** 31),
  () => below(2 ** 31) * 8_192,
  () => [Number.NaN, Infinity, -0, 0.5, 2 ** 31, 2 ** 32, 2 ** 53, -1][below(8)],
  () => BigInt(below(2 ** 31)),
  () => Symbol('x'),
  () => ['', 'x', devicePath, '/dev/gpiochip0', '@x', '/\0', 'ä'.repeat(54), '\ud800', 'pincer:lamp'][below(9)],
  () => 'x'.repeat(below(9_000)),
  () => new Uint8Array(below(9_000)),
  () => new Uint8Array(new SharedArrayBuffer(8)),
  () => new Uint8Array(new ArrayBuffer(64), 60),
  () =>
    [new Uint16Array(4), new DataView(new ArrayBuffer(4)), detached, new ArrayBuffer(8), Buffer.from('x')][below(5)],
  () => ({ valueOf: () => 1, toString: () => devicePath }),
  () => [1, 2, 3],
  () => evil,
  () => () => undefined,
  () => addon.gpioFlags,
  () => Object.create(Object.freeze({})),
]

function abuse(): { readonly calls: number; readonly refused: number } {
  let refused = 0
  const functions = Object.values(raw.exports).filter((value) => typeof value === 'function')
  for (let round = 0; round < rounds; round++) {
    const call = functions[below(functions.length)] as (...words: unknown[]) => unknown
    const words = Array.from({ length: below(10) }, () => values[below(values.length)]?.())
    try {
      Reflect.apply(call, evil, words)
    } catch (error) {
      if (!isNativeError(error)) throw error
      refused++
    }
  }
  return { calls: rounds, refused }
}

/** What can be done without a board: a datagram that arrives or does not, a peer, a device that is no chip, a bus that is none. */
async function use(): Promise<void> {
  const path = join(folder, 'socket')
  const server = net.createServer().listen(path)
  await once(server, 'listening')
  const client = net.connect(path)
  const [accepted] = (await once(server, 'connection')) as [net.Socket]
  const { fd } = (accepted as unknown as { readonly _handle: { readonly fd: number } })._handle
  const request = { path: devicePath, offset: 0, consumer: 'x', flags: 4, value: 0, debounceUs: 0 } as const
  const listener = { onEdge: () => undefined, onGone: () => undefined }
  const fails = (work: () => unknown): void => {
    try {
      work()
    } catch (error) {
      if (isNativeError(error)) return
      throw error
    }
    throw new Error('A call was to fail, and did not.')
  }
  for (let done = 0; done < operations; done += 6) {
    addon.peerUserId(fd)
    addon.clockIsKept()
    fails(() => addon.notify(join(folder, 'nobody'), 'READY=1'))
    fails(() => addon.gpioChip(devicePath))
    fails(() => addon.gpioRequest({ ...request, listener }))
    await addon.i2cTransfer(device, 0x20, Uint8Array.of(1), 1).then(
      () => Promise.reject(new Error('A file is no bus.')),
      () => undefined,
    )
  }
  client.destroy()
  accepted.destroy()
  server.close()
}

/** Each worker has an environment of its own, which loads the addon and ends. */
async function useInWorkers(): Promise<void> {
  for (let round = 0; round < 10; round++) {
    const worker = new Worker(`process.dlopen({ exports: {} }, ${JSON.stringify(file)})`, { eval: true })
    await once(worker, 'exit')
  }
}

async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  for (let round = 0; round < 3; round++) {
    collect()
    await new Promise((resolve) => setImmediate(resolve))
  }
}

const { calls, refused } = abuse()
await use()
await useInWorkers()
await collectGarbage()
const leftOpen = openDevices() - 1
fs.rmSync(folder, { recursive: true })
process.stdout.write(`${JSON.stringify({ calls, refused, operations, leftOpen })}\n`)

function openDevices(): number {
  return fs.readdirSync('/proc/self/fd').filter((fd) => linkOf(fd) === devicePath).length
}

function linkOf(fd: string): string {
  try {
    return fs.readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    return ''
  }
}
