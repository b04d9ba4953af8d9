import * as v from 'valibot'
import type { Clock } from '../clock.ts'
import { formatDuration } from '../duration.ts'
import { PincerError } from '../errors.ts'
import { hashNamedFiles } from '../guard/bound-files.ts'
import { Bubblewrap } from '../guard/bubblewrap.ts'
import { guardCommand } from '../guard/command.ts'
import { isAllowedCommand } from '../guard/command-allow.ts'
import { CommandOutput } from '../guard/command-output.ts'
import type { Origins } from '../guard/origins.ts'
import type { Sandbox, SandboxEnd } from '../guard/sandbox.ts'
import { findHole } from '../guard/sandbox-proof.ts'
import type { Workspace } from '../guard/workspace.ts'
import { limits } from '../limits.ts'
import { defineTool, type Tool } from './tool.ts'

export interface ShellSettings {
  readonly policy: 'ask' | 'allow'
  readonly allow: readonly string[]
  readonly deny: readonly string[]
  readonly network: boolean
  readonly timeoutMs: number
}

export interface ShellOptions {
  readonly settings: ShellSettings
  readonly workspace: Workspace
  /** Ours, and out of reach of commands. */
  readonly stateFolder: string
  readonly timezone: string
  /** Bubblewrap's: absolute. */
  readonly program: string
  readonly clock: Clock
  readonly origins: Pick<Origins, 'everythingIsOurs' | 'recordChanges'>
}

export interface ProvenShell {
  readonly tool: Tool
  /** For people: what commands run in. */
  readonly boundary: string
}

/**
 * The shell in a sandbox that was just tried out.
 * @throws PincerError `sandbox` where there is none that holds: with what is missing, and what mends it.
 */
export async function proveShell(options: ShellOptions, signal: AbortSignal): Promise<ProvenShell> {
  const { settings, workspace, stateFolder, timezone, program, clock } = options
  const { network } = settings
  const sandbox = new Bubblewrap({ program, workspace: workspace.root, network, timezone, clock })
  const hole = await findHole({ sandbox, stateFolder, signal })
  if (hole !== undefined) throw new PincerError('sandbox', `The sandbox does not hold: ${hole}.`)
  const reach = network ? 'with the network of this host' : 'no network'
  const boundary = `${sandbox.boundary}, tried out: the workspace alone is writable, ${reach}`
  return { tool: createShellTool({ ...options, sandbox }), boundary }
}

const shellArguments = v.strictObject({
  command: v.pipe(v.string(), v.maxLength(limits.shellCommandCharsMax)),
  timeout_s: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
})

type Arguments = v.InferOutput<typeof shellArguments>

export function createShellTool(
  options: Pick<ShellOptions, 'settings' | 'workspace' | 'clock' | 'origins'> & { readonly sandbox: Sandbox },
): Tool {
  const { settings, workspace, clock, origins, sandbox } = options
  const { policy, allow, deny, network } = settings
  const timeoutOf = ({ timeout_s }: Arguments): number =>
    Math.min(settings.timeoutMs, timeout_s === undefined ? Infinity : timeout_s * 1_000)
  const reach = network ? 'network' : 'no network'
  let running = 0
  let started = 0
  /**
   * What a command writes is ours where it could have it from nothing else: the workspace was all ours, there is no
   * network, nothing from outside was in view, and neither another command nor a file tool, which another chat may use
   * with such text before it, wrote meanwhile. A program beside us that writes in those seconds cannot be told from the
   * command: files from outside belong into inbox/, which is never taken for ours.
   */
  const follow = async (untrusted: string | undefined) => {
    const isAlone = ++running === 1
    const ownStart = ++started
    const before = workspace.changes
    const isOurs = !network && (await origins.everythingIsOurs())
    const holds = (): boolean => isAlone && started === ownStart && workspace.changes === before
    return {
      isOurs,
      over: (): void => void running--,
      record: async (): Promise<void> => {
        if (isOurs && untrusted === undefined && holds()) await origins.recordChanges(holds)
      },
    }
  }
  return defineTool({
    name: 'shell',
    description: `Run sh in a sandbox: your files in ${sandbox.folder}, the rest read-only, ${reach}, no devices. Nothing outlives it.`,
    arguments: shellArguments,
    access: 'change',
    acts: () => true,
    counts: () => true,
    // The sandbox ends it on time, with what it said until then.
    timeoutMs: settings.timeoutMs + limits.shellEndMs,
    needsHuman(args) {
      // Nobody is asked for what is refused.
      guardCommand(args.command, deny)
      if (policy === 'allow' || isAllowedCommand(args.command, allow)) return undefined
      const action = `run for at most ${formatDuration(timeoutOf(args))}, ${reach}: ${args.command}`
      return { action, reason: 'shell.policy is ask', standing: true }
    },
    binding: ({ command }) => hashNamedFiles(workspace, [command], [sandbox.folder, ...homeNames]),
    async run(args, context) {
      guardCommand(args.command, deny)
      const origin = await follow(context.untrusted)
      if (!origin.isOurs) context.foreign(network ? 'shell, network' : 'shell')
      const output = new CommandOutput()
      const timeoutMs = timeoutOf(args)
      let shownAtMs = clock.monotonicMs()
      const running = sandbox.run({
        command: args.command,
        timeoutMs,
        signal: context.signal,
        onOutput(bytes) {
          output.push(bytes)
          if (clock.monotonicMs() - shownAtMs < limits.shellProgressMs) return
          shownAtMs = clock.monotonicMs()
          context.progress(output.newestLine())
        },
      })
      const end = await running.finally(() => origin.over())
      if (end.how === 'stopped') throw new PincerError('stopped', 'The command was stopped, with all that it started.')
      await origin.record()
      const text = output.text().trimEnd()
      return `${endSentence(end, timeoutMs)}\n${text === '' ? '(no output)' : text}`
    },
  })
}

/** How a command can spell the workspace from inside, beside its path there: it may make that its home. */
const homeNames = ['~', '$HOME', '${HOME}', '$PWD', '${PWD}'] as const

function endSentence(end: SandboxEnd, timeoutMs: number): string {
  switch (end.how) {
    case 'exited':
      // The shell's own way to say that a signal ended a command.
      return end.exitCode > 128
        ? `exit code ${end.exitCode} (signal ${end.exitCode - 128})`
        : `exit code ${end.exitCode}`
    case 'timeout':
      return `ended after ${formatDuration(timeoutMs)}: it took longer, and all that it started was ended too`
    case 'flood':
      return `ended: it wrote more than ${limits.shellFloodBytes / 1024 / 1024} MB; send the output to a file, or filter it`
    case 'processes':
      return `ended: more than ${limits.shellProcessesMax} processes ran at once; start fewer`
    case 'memory':
      return `ended: it took more than ${limits.shellMemoryBytesMax / 1024 / 1024} MB of memory; work in smaller pieces`
    case 'stopped':
      return 'stopped'
  }
}
