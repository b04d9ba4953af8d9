/**
 * What a stuck I2C bus does to a process, by the addon alone: says one line for each step, and waits for a line where the
 * outside has to do something first. Run inside the guest by addon.board.ts.
 */
import { once } from 'node:events'
import { closeSync, openSync, promises, readdirSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { Worker } from 'node:worker_threads'
import { isNativeError, loadAddon } from '../../../src/hardware/native/addon.ts'

const addonFile = process.env['ADDON'] ?? ''
const addon = loadAddon(addonFile)
const input = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const say = (line: string): boolean => process.stdout.write(`${line}\n`)

async function outcome(transfer: ReturnType<typeof addon.i2cTransfer>): Promise<string> {
  try {
    const { messagesDone, bytes } = await transfer
    return `${messagesDone} done, ${Buffer.from(bytes).toString('hex')}`
  } catch (error) {
    return isNativeError(error) ? error.code : String(error)
  }
}

const open = (): number => openSync('/dev/i2c-1', 'r+')
const read = (fd: number) => outcome(addon.i2cTransfer(fd, 0x76, Uint8Array.of(0xd0), 1))

/** A transfer that hung ends in its own time. */
async function readWhenFree(fd: number): Promise<string> {
  for (;;) {
    const said = await read(fd)
    if (said !== 'EBUSY') return said
  }
}

const first = open()
say(`at first: ${await read(first)}`)
addon.i2cSetTimeout(first, 250, 0)
say(`nobody: ${await outcome(addon.i2cTransfer(first, 0x77, Uint8Array.of(0), 1))}`)
say('stick it')
await input.next()

const hanging = read(first)
const second = open()
say(`while it hangs: ${await read(second)}`)
closeSync(first)
const files = readdirSync(import.meta.dirname).map((name) => promises.readFile(`${import.meta.dirname}/${name}`))
say(`files: ${(await Promise.all([...files, ...files, ...files])).every((file) => file.length > 0) ? 'read' : 'lost'}`)
say('free it')
say(`what hung: ${await hanging}`)
say(`after it: ${await readWhenFree(second)}`)

say('stick it again')
await input.next()
const worker = new Worker(
  `const addon = { exports: {} }
  process.dlopen(addon, process.env.ADDON)
  addon.exports.i2cTransfer(${second}, 0x76, null, 1, () => undefined)
  require('node:worker_threads').parentPort.postMessage('started')`,
  { eval: true },
)
await once(worker, 'message')
say(`in a worker: ${await read(second)}`)
await worker.terminate()
say('the worker has ended')
await input.next()
say(`at last: ${await readWhenFree(second)}`)
process.exit(0)
