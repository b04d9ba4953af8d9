import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { Readable } from 'node:stream'
import { type Clock, sleep } from '../clock.ts'
import { PincerError, sentenceOf } from '../errors.ts'
import { limits } from '../limits.ts'
import { descriptors, go, ready } from './bubblewrap-arguments.ts'
import { hasEnded, processesInside } from './processes-inside.ts'
import type { SandboxEnd, SandboxRun } from './sandbox.ts'

export type SandboxedChild = Omit<ChildProcessWithoutNullStreams, 'stdio'> & { readonly stdio: readonly unknown[] }

type Cause = Exclude<SandboxEnd['how'], 'exited'>

/** One command in bubblewrap, from its start until nothing of it is left. */
export class SandboxedCommand {
  readonly #child: SandboxedChild
  readonly #run: SandboxRun
  readonly #clock: Clock
  readonly #ended = new AbortController()
  #state: 'starting' | 'running' | 'ending' = 'starting'
  /** Why we ended it; the first reason counts. */
  #why: Cause | undefined
  #outputBytes = 0
  /** What bubblewrap says of itself: JSON documents. */
  #status = ''
  #complaints = ''

  constructor(child: SandboxedChild, run: SandboxRun, clock: Clock) {
    this.#child = child
    this.#run = run
    this.#clock = clock
  }

  async ended(): Promise<SandboxEnd> {
    const { signal, timeoutMs } = this.#run
    const onStop = (): void => this.#end('stopped')
    signal.addEventListener('abort', onStop, { once: true })
    if (signal.aborted) onStop()
    const timer = this.#clock.after(timeoutMs, () => this.#end('timeout'))
    const watched = this.#watch()
    try {
      await this.#closed()
    } finally {
      signal.removeEventListener('abort', onStop)
      timer.cancel()
      this.#ended.abort()
    }
    await watched
    await this.#assertNothingLeft()
    if (this.#why !== undefined) return { how: this.#why }
    const exitCode = this.#number('exit-code')
    if (exitCode !== undefined) return { how: 'exited', exitCode }
    throw fault(explained(this.#complaints.trim().replaceAll(/\s+/g, ' ')))
  }

  /** The streams close when the last process that could write to them is gone. */
  #closed(): Promise<void> {
    const child = this.#child
    child.stdout.on('data', (bytes: Buffer) => this.#heard(bytes))
    child.stderr.on('data', (bytes: Buffer) => this.#complained(bytes.toString()))
    child.stdin.on('error', () => undefined)
    const status = child.stdio[descriptors.status]
    if (status instanceof Readable) status.on('data', (bytes: Buffer) => (this.#status += bytes.toString()))
    return new Promise((resolve, reject) => {
      child.on('error', (error) => reject(fault(`it cannot be started: ${sentenceOf(error)}.`)))
      child.on('close', () => resolve())
    })
  }

  #complained(text: string): void {
    if (this.#complaints.length < limits.shellFaultBytesMax) this.#complaints += text
    if (this.#state !== 'starting' || !this.#complaints.endsWith(ready)) return
    this.#complaints = ''
    this.#state = 'running'
    if (this.#why === undefined) this.#child.stdin.end(go)
    else this.#kill()
  }

  #heard(bytes: Buffer): void {
    // What is still in the pipe behind a flood is not worth keeping.
    if (this.#outputBytes > limits.shellFloodBytes) return
    this.#outputBytes += bytes.length
    this.#run.onOutput?.(bytes)
    if (this.#outputBytes > limits.shellFloodBytes) this.#end('flood')
  }

  #end(why: Cause): void {
    this.#why ??= why
    // Without the word that it waits for, it ends as soon as it is there.
    if (this.#state === 'starting') this.#child.stdin.end()
    else this.#kill()
  }

  /** The kernel ends the first process inside with bubblewrap, and all others with that one. */
  #kill(): void {
    this.#state = 'ending'
    this.#child.kill('SIGKILL')
  }

  /** Limits on all processes together would need control groups, which are not ours to make. */
  async #watch(): Promise<void> {
    for (;;) {
      try {
        await sleep(this.#clock, limits.shellWatchMs, this.#ended.signal)
      } catch {
        return // It has ended.
      }
      const init = this.#number('child-pid')
      if (init === undefined) continue
      const { count, memoryBytes } = await processesInside(init)
      if (count > limits.shellProcessesMax) this.#end('processes')
      else if (memoryBytes > limits.shellMemoryBytesMax) this.#end('memory')
    }
  }

  /** Bubblewrap is gone a moment before what it held: nobody is told of an end before all of it has ended. */
  async #assertNothingLeft(): Promise<void> {
    const init = this.#number('child-pid')
    if (init === undefined) return
    for (let waitedMs = 0; waitedMs < limits.shellEndMs; waitedMs += limits.shellEndLookMs) {
      if (await hasEnded(init)) return
      await sleep(this.#clock, limits.shellEndLookMs, new AbortController().signal)
    }
    const sentence = `The command was ended, and the kernel still holds process ${init} of it: restart the board if that lasts.`
    throw new PincerError('sandbox', sentence)
  }

  #number(name: 'child-pid' | 'exit-code'): number | undefined {
    const found = new RegExp(`"${name}": *(\\d+)`).exec(this.#status)?.[1]
    return found === undefined ? undefined : Number(found)
  }
}

/** What bubblewrap said, with what mends it. */
function explained(complaint: string): string {
  if (complaint === '') return 'bubblewrap ended without a word.'
  if (/unknown option/i.test(complaint)) return `${complaint}. Bubblewrap 0.8 or newer is needed.`
  if (!/namespace|uid map|permission denied|not permitted/i.test(complaint)) return complaint
  return `${complaint}. This host lets its users make no user namespaces: allow that (sysctl kernel.unprivileged_userns_clone=1, on Ubuntu kernel.apparmor_restrict_unprivileged_userns=0).`
}

export function fault(sentence: string): PincerError {
  return new PincerError('sandbox', `The sandbox cannot be set up, so nothing was run: ${sentence}`)
}
