import { spawn } from 'node:child_process'
import { access, chmod, lstat, mkdir, stat, writeFile } from 'node:fs/promises'
import { arch } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import type { Clock } from '../clock.ts'
import { sentenceOf } from '../errors.ts'
import { errorName } from '../files.ts'
import {
  bubblewrapArguments,
  type BubblewrapOptions,
  descriptors,
  groupText,
  limitedCommand,
  passwdText,
} from './bubblewrap-arguments.ts'
import { sandboxFolder } from './paths.ts'
import { steeringFiles, steeringFolder } from './paths.ts'
import { fault, type SandboxedChild, SandboxedCommand } from './sandboxed-command.ts'
import type { Sandbox, SandboxEnd, SandboxRun } from './sandbox.ts'
import { syscallFilter } from './syscall-filter.ts'

export interface BubblewrapSettings {
  /** Absolute: whatever stands on a PATH is not asked. */
  readonly program: string
  readonly workspace: string
  readonly network: boolean
  readonly timezone: string
  readonly clock: Clock
}

/** Commands in namespaces of their own, made by bubblewrap (https://github.com/containers/bubblewrap). */
export class Bubblewrap implements Sandbox {
  readonly boundary = 'bubblewrap'
  readonly folder = sandboxFolder
  readonly network: boolean
  readonly #settings: BubblewrapSettings
  #commandsRunning = 0
  /** Of the workspace's root, as it was before the commands that run now. */
  #mode = 0o700

  constructor(settings: BubblewrapSettings) {
    this.#settings = settings
    this.network = settings.network
  }

  async run(run: SandboxRun): Promise<SandboxEnd> {
    await assertInstalled(this.#settings.program)
    const mode = await modeOf(this.#settings.workspace)
    if (this.#commandsRunning === 0) this.#mode = mode
    this.#commandsRunning++
    try {
      // Given back here too: a process that was killed may have left it taken.
      await this.#giveBack()
      const readOnly = await this.#readOnlyNames()
      if (run.signal.aborted) return { how: 'stopped' }
      const { program, clock, ...options } = this.#settings
      const child = startBubblewrap(program, { ...options, readOnly }, run.command)
      return await new SandboxedCommand(child, run, clock).ended()
    } finally {
      this.#commandsRunning--
      await this.#giveBack()
    }
  }

  /** Inside, the workspace is the command's own: a chmod of its root would lock the daemon out, where that is not root. */
  async #giveBack(): Promise<void> {
    const { workspace } = this.#settings
    const wanted = this.#mode | 0o700
    if ((await modeOf(workspace)) !== wanted) await chmod(workspace, wanted)
  }

  /**
   * What steers every later turn is read by commands, never written. A name that is missing could be made by one, which
   * then writes the next prompt: so none is missing.
   */
  async #readOnlyNames(): Promise<readonly string[]> {
    const { workspace } = this.#settings
    for (const name of [...steeringFiles, steeringFolder]) {
      const path = join(workspace, name)
      const isFolder = name === steeringFolder
      const stats = await lstat(path).catch(async (error: unknown) => {
        if (errorName(error) !== 'ENOENT')
          throw fault(`${name} in the workspace cannot be looked at: ${sentenceOf(error)}.`)
        const making = isFolder ? mkdir(path, { mode: 0o700 }) : writeFile(path, '', { mode: 0o600, flag: 'wx' })
        await making.catch((wrong: unknown) => {
          // Another command that starts at the same moment has made it.
          if (errorName(wrong) !== 'EEXIST') throw wrong
        })
        return lstat(path)
      })
      // Through a link, what it leads to would be shown inside.
      if (isFolder ? !stats.isDirectory() : !stats.isFile()) {
        const kind = isFolder ? 'folder' : 'file'
        throw fault(`${name} in the workspace is no plain ${kind}: replace it by one, or remove it.`)
      }
    }
    return [...steeringFiles, steeringFolder]
  }
}

async function modeOf(folder: string): Promise<number> {
  return (await stat(folder)).mode & 0o7777
}

async function assertInstalled(program: string): Promise<void> {
  try {
    await access(program)
  } catch {
    throw fault(`bubblewrap is not installed at ${program}. Run: sudo apt install bubblewrap`)
  }
}

/** By a descriptor, not on the command line, which every process inside could read. */
function startBubblewrap(program: string, options: BubblewrapOptions, command: string): SandboxedChild {
  const filter = syscallFilter(arch())
  if (filter === undefined) throw fault(`which system calls to refuse on a machine of kind ${arch()} is not known.`)
  const words = ['--args', String(descriptors.arguments), '--', ...limitedCommand(command)]
  // When memory runs out, the kernel is to end what runs here, not the daemon.
  // `env -i`: processes inside can read what the first of them was started with, also where spawn adds to it.
  const child = spawn('/usr/bin/env', ['-i', '/usr/bin/choom', '-n', '1000', '--', program, ...words], {
    cwd: '/',
    env: {},
    stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
  })
  give(child, descriptors.arguments, `${bubblewrapArguments(options).join('\0')}\0`)
  give(child, descriptors.passwd, passwdText)
  give(child, descriptors.group, groupText)
  give(child, descriptors.filter, filter)
  return child
}

function give(child: SandboxedChild, descriptor: number, content: string | Buffer): void {
  const stream = child.stdio[descriptor]
  if (!(stream instanceof Writable)) throw fault(`descriptor ${descriptor} could not be opened.`)
  // A program that ends before it has read says why on stderr.
  stream.on('error', () => undefined)
  stream.end(content)
}
