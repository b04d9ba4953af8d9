import type { Devices } from '../devices/device.ts'
import { PincerError } from '../errors.ts'
import { limits } from '../limits.ts'
import type { ExaminedCall } from '../tools/permission.ts'
import type { JobAction, JobCall, JobTime } from './job.ts'
import { readCondition } from './read-condition.ts'
import { readJobTime, type TimeContext } from './read-time.ts'
import type { DraftArguments } from './tools.ts'

export interface DraftContext extends TimeContext {
  readonly devices: Pick<Devices, 'list'>
  /** A call of `do` as a person judges it; rejects for one that cannot be. */
  readonly examine: (call: JobCall) => Promise<ExaminedCall>
}

/** What `schedule_add` asks for, with all that was written resolved. */
export interface ReadDraft {
  readonly time: JobTime
  readonly action: JobAction
  /** Those of `do`. */
  readonly calls: readonly ExaminedCall[]
}

/** Fails with PincerError `bad_call` and one sentence for what can be no job. */
export async function readDraft(args: DraftArguments, context: DraftContext): Promise<ReadDraft> {
  onlyOne(args, timeKeys)
  const what = onlyOne(args, actionKeys)
  const time: JobTime =
    args.when === undefined
      ? await readJobTime(args, context)
      : { kind: 'when', when: readCondition(args.when, context.devices) }
  const action = readAction(args, what)
  refuseRawLines(time, action)
  const calls: ExaminedCall[] = []
  if (action.kind === 'do') for (const call of action.calls) calls.push(await context.examine(call))
  return { time, action, calls }
}

const timeKeys = ['in', 'at', 'every', 'cron', 'when'] as const
const actionKeys = ['say', 'do', 'ask'] as const

function onlyOne<Key extends keyof DraftArguments>(args: DraftArguments, keys: readonly Key[]): Key {
  const given = keys.filter((key) => args[key] !== undefined)
  const [key, ...more] = given
  const all = `${keys.slice(0, -1).join(', ')} and ${keys.at(-1) ?? ''}`
  if (key === undefined) throw wrong(`schedule_add takes exactly one of ${all}; none was given.`)
  if (more.length > 0) throw wrong(`schedule_add takes exactly one of ${all}; ${given.join(' and ')} were given.`)
  return key
}

function readAction(args: DraftArguments, kind: JobAction['kind']): JobAction {
  switch (kind) {
    case 'say':
      return { kind, text: readText('say', args.say) }
    case 'ask':
      return { kind, task: readText('ask', args.ask) }
    case 'do': {
      const calls = args.do ?? []
      if (calls.length === 0)
        throw wrong('do is empty: expected at least one call, {"tool": "device_read", "args": {}}.')
      if (calls.length > limits.jobCallsMax) {
        throw wrong(`do has ${calls.length} calls, at most ${limits.jobCallsMax} are taken: make several jobs.`)
      }
      return { kind, calls: calls.map(({ tool, args: given = {} }) => ({ tool: readTool(tool), args: given })) }
    }
  }
}

function readTool(tool: string): string {
  if (!/^(?:shell$|web_|schedule_)/.test(tool)) return tool
  throw wrong(`do does not take ${tool}, nor shell, web_* and schedule_*: give such a task to ask instead.`)
}

/** Were the device lost that the job waits for, nobody would know to which level such a line must go. */
function refuseRawLines(time: JobTime, action: JobAction): void {
  if (time.kind !== 'when' || !('device' in time.when) || action.kind !== 'do') return
  if (!action.calls.some(({ tool }) => tool === 'gpio_write')) return
  const { device } = time.when
  throw wrong(
    `A job that waits for ${device} does not take gpio_write: a raw line has no safe state to go to when ${device} fails. Name the line in pincer.yaml, as a device of kind switch, and use device_set.`,
  )
}

function readText(key: 'say' | 'ask', text = ''): string {
  if (text.trim() === '') throw wrong(`${key} is empty: expected ${key === 'say' ? 'the text to post' : 'the task'}.`)
  if (text.length > limits.jobTextCharsMax) {
    throw wrong(`${key} has ${text.length} characters, at most ${limits.jobTextCharsMax} are taken: shorten it.`)
  }
  return text
}

function wrong(sentence: string): PincerError {
  return new PincerError('bad_call', sentence)
}
