import { randomBytes } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { limits } from '../limits.ts'
import type { Sandbox } from './sandbox.ts'

export interface ProofOptions {
  readonly sandbox: Sandbox
  /** A folder of ours that nothing inside may read. */
  readonly stateFolder: string
  readonly signal: AbortSignal
}

/**
 * Tries what must fail: commands in the sandbox read a file of ours and connect to a socket of ours, both really
 * there. Answers why it is no boundary, as a clause; `undefined` when it is one. Rejects with `sandbox` when nothing runs
 * in it at all.
 *
 * With the network on, only the reading is forbidden.
 */
export async function findHole({ sandbox, stateFolder, signal }: ProofOptions): Promise<string | undefined> {
  const secret = randomBytes(16).toString('hex')
  const canary = join(stateFolder, `canary-${secret.slice(0, 8)}`)
  let connections = 0
  const server = createServer((socket) => {
    connections++
    socket.destroy()
  })
  try {
    // Not synced: it is gone again before it would reach the disk.
    await writeFile(canary, secret, { mode: 0o600 })
    const port = await listen(server)
    let said = ''
    const end = await sandbox.run({
      command: attempts(canary, port),
      timeoutMs: limits.shellProofMs,
      signal,
      onOutput: (bytes) => (said += bytes.toString()),
    })
    if (said.includes(secret)) return 'a command in it could read a file of state/'
    if (end.how !== 'exited' || end.exitCode !== 0 || !said.includes('tried')) {
      return `the attempts to leave it did not come to their end (${end.how}): ${said.trim().slice(-limits.shellProgressCharsMax)}`
    }
    if (said.includes('device')) return 'a command in it sees devices'
    if (sandbox.network) return undefined
    if (connections > 0 || said.includes('connected')) return 'a command in it could connect to this host'
    return said.includes('routed') ? 'a command in it has a way to the network' : undefined
  } finally {
    server.close()
    await rm(canary, { force: true })
  }
}

/** Ends with `tried`, so that a program that is missing inside is not taken for an attempt that failed. */
function attempts(canary: string, port: number): string {
  const quoted = `'${canary.replaceAll("'", String.raw`'\''`)}'`
  return `
    for file in ${quoted} /proc/1/root${quoted} /workspace/../${quoted}; do cat "$file" 2>/dev/null; done
    for file in /dev/mem /dev/gpiochip* /dev/i2c-* /dev/spidev* /dev/tty /sys/class; do
      if [ -e "$file" ]; then echo device; fi
    done
    bash -c 'true' || exit
    if bash -c ': </dev/tcp/127.0.0.1/${port}' 2>/dev/null; then echo connected; fi
    # An address that is kept for examples: where there is a route, the kernel takes it without sending anything.
    if bash -c ': </dev/udp/192.0.2.1/9' 2>/dev/null; then echo routed; fi
    echo tried`
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
}
