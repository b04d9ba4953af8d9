import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { wayOf } from '../jitter.ts'
import type { VirtioDevice } from './virtio-device.ts'

/** What vhost_user.py says. */
type Said =
  | { readonly ready: true }
  | { readonly left: true }
  | {
      readonly request: number
      readonly device: string
      readonly queue: number
      readonly out: readonly string[]
      readonly in: readonly number[]
      readonly last: boolean
    }

export interface ServedDevices {
  /** To be called when the guest has ended. Done when all that it asked for has come, and been forgotten. */
  guestGone(): Promise<void>
  close(): Promise<void>
}

/**
 * Serves `devices` to a guest that finds their sockets in `folder`. Done when every socket is there. A device that
 * fails ends in `onFault`: the guest waits for an answer that does not come.
 */
export async function serveDevices(
  folder: string,
  devices: readonly VirtioDevice[],
  onFault: (error: Error) => void,
): Promise<ServedDevices> {
  // A python3 that comes earlier in the path may be a wrapper that takes half a second to start.
  const python = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3'
  const script = new URL('vhost_user.py', import.meta.url).pathname
  const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] })
  const gone = once(child, 'close')
  const ready = Promise.withResolvers<void>()
  let left = Promise.withResolvers<void>()
  left.resolve()
  child.on('error', (error) => ready.reject(error))
  child.on('exit', (code) => {
    ready.reject(new Error(`${script} ended with code ${code}: its words stand above.`))
    // Nothing comes any more.
    left.resolve()
  })
  // The guest may be killed while an answer is on its way.
  child.stdin.on('error', () => {})
  const say = (message: object): void => void child.stdin.write(`${JSON.stringify(message)}\n`)
  const byName = new Map(devices.map((device) => [device.name, device]))
  const [requests, answers] = [wayOf('requests'), wayOf('answers')]

  const take = (said: Said): void => {
    if ('ready' in said) {
      ready.resolve()
      return
    }
    if ('left' in said) {
      left.resolve()
      return
    }
    const device = byName.get(said.device)
    if (device === undefined) throw new Error(`vhost_user.py serves ${said.device}, which was never asked for.`)
    device
      .request({ queue: said.queue, written: said.out.map(fromHex), sizesBytes: said.in, isLast: said.last })
      .then((parts) =>
        answers(() => say({ answer: said.request, in: parts.map((part) => Buffer.from(part).toString('hex')) })),
      )
      .catch(onFault)
  }
  createInterface({ input: child.stdout }).on('line', (line) => requests(() => take(JSON.parse(line))))
  say({
    folder,
    devices: devices.map(({ name, features, queues, config }) => ({
      name,
      features,
      queues,
      config: Buffer.from(config).toString('hex'),
    })),
  })
  await ready.promise
  return {
    async guestGone() {
      if (child.exitCode !== null || child.signalCode !== null) return
      left = Promise.withResolvers()
      say({ gone: true })
      await left.promise
    },
    async close() {
      child.stdin.end()
      await gone
    },
  }
}

function fromHex(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'))
}
