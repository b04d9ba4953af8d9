import { offlineGrammar, thingsToTry, whatIAm, whatIAmAndHelp } from './grammar.ts'
import type { OfflineCall, OfflineDevice, Parsed, Unclear } from './parsed.ts'
import type { Ask } from './pending.ts'
import { progressOf } from './progress.ts'
import { listOf, renderCalls, renderName } from './render.ts'

export interface AnswerOptions {
  readonly asks: readonly Ask[]
  readonly devices: readonly OfflineDevice[]
  readonly offered: ReadonlySet<string>
  /** One line on this board and model, for `status`. */
  readonly facts: string
}

/** The answer in words: what the tools said, as they said it, and plainly what was not done and why. */
export function answerTo(options: AnswerOptions): string {
  const { asks, devices, facts } = options
  const lines = asks.flatMap((ask) => introduction(ask.parsed, devices, facts).concat(results(ask, options)))
  // Two messages that asked for the same share one result.
  const said = [...new Set(lines)]
  return said.length === 0 ? greeting(devices) : said.join('\n')
}

function introduction(parsed: Parsed, devices: readonly OfflineDevice[], facts: string): readonly string[] {
  switch (parsed.kind) {
    case 'calls':
      return parsed.notes
    case 'help':
      return [offlineGrammar(devices)]
    case 'status':
      return [`${whatIAm} ${facts}`.trim(), ...(devices.length === 0 ? ['No devices are configured.'] : [])]
    case 'greeting':
      return [parsed.thanks ? 'You are welcome.' : greeting(devices)]
    case 'unclear':
      return [unclear(parsed, devices)]
  }
}

function unclear({ notUnderstood, reason, nearest, examples }: Unclear, devices: readonly OfflineDevice[]): string {
  const first =
    reason === undefined
      ? `I did not understand "${notUnderstood}", so I did nothing.`
      : `${reason} So I did nothing about "${notUnderstood}".`
  if (examples !== undefined)
    return `${first} Try ${examples.map((each) => `"${each}"`).join(' or ')}.\n${whatIAmAndHelp}`
  const known =
    devices.length === 0 ? '' : ` The devices here: ${listOf(devices.map((each) => renderName(each.name)))}.`
  return `${first}${nearest === 'help' ? known : ` I could do: ${nearest}`}\n${whatIAmAndHelp}`
}

function greeting(devices: readonly OfflineDevice[]): string {
  return `Hello. ${whatIAm}\nTry: ${thingsToTry(devices).join(' · ')}`
}

function results(ask: Ask, options: AnswerOptions): readonly string[] {
  return ask.calls.map((call) => resultOf(call, ask, options))
}

function resultOf(call: OfflineCall, ask: Ask, { asks, offered }: AnswerOptions): string {
  const asked = renderCalls([call])
  const progress = progressOf(call, ask, asks, offered)
  switch (progress.kind) {
    case 'made': {
      const { result } = progress.made
      if (result === undefined) return `Not known whether done (${asked}): no result came back.`
      return result.failed ? `Not done (${asked}): ${result.text}` : result.text
    }
    case 'no-state':
      return `Not done (${asked}): its present state is not known. ${progress.text}`
    case 'held':
      return `Not done (${asked}): I act only when I understood everything that you sent. Send it again if you want it.`
    case 'superseded':
      return `Not done (${asked}): your newer message asks for something else.`
    case 'not-offered':
      return offered.size === 0
        ? `Not done (${asked}): no more calls are possible in this turn. Send it again.`
        : `Not done (${asked}): the tool ${progress.tool} is not offered in this chat.`
    case 'next':
      return `Not done yet (${asked}). Send it again.`
  }
}
