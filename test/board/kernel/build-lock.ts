import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'

/**
 * Takes the lock on `file`: waits while another process has it, and says whose it is by `onWait`. Answers how to give it
 * back. A process that ends without that, however it ends, does not keep it: it is a lock of the kernel's.
 */
export async function lockBuild(file: string, onWait: (holder: string) => void): Promise<() => void> {
  const atOnce = await take(file, ['--nonblock'])
  if (atOnce !== undefined) return atOnce
  onWait((await readFile(file, 'utf8')).trim())
  const atLast = await take(file, [])
  if (atLast === undefined) throw new Error(`${file} cannot be locked: what flock said stands above.`)
  return atLast
}

/** Node has no file locks: flock has this one for as long as its stdin is open. */
async function take(file: string, options: readonly string[]): Promise<(() => void) | undefined> {
  const script = 'echo "$1" >"$2" && echo locked && exec cat'
  const words = [...options, file, 'sh', '-c', script, 'sh', String(process.pid), file]
  const holder = spawn('flock', words, { stdio: ['pipe', 'pipe', 'inherit'] })
  const { promise, resolve, reject } = Promise.withResolvers<(() => void) | undefined>()
  holder.on('error', reject)
  holder.on('close', () => resolve(undefined))
  holder.stdout.once('data', () => resolve(() => holder.stdin.end()))
  return promise
}
