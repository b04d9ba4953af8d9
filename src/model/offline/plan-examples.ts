import type { OfflineDevice } from './parsed.ts'
import type { PlanTime } from './plan-time.ts'
import { atTime, planTimeText } from './plan-text.ts'
import { renderName } from './render.ts'

const laterWords =
  /\b(?:every|each|daily|hourly|weekly|monthly|remind|tomorrow|tonight|when|whenever|while|if|until|later|times?|twice|once|day|from|sunset|sunrise|dusk|dawn|schedule|plan|timer|alarm|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|(?:at|in|after|between) \d+(?:[ap]m)?|in an? (?:quarter|minute|hour|day|week))\b/i

/** Whether a message that is not understood seems to be about later. */
export function isAboutLater(text: string): boolean {
  return laterWords.test(text)
}

/** Two messages about later that are understood, near to what this one seems to want. */
export function laterExamples(text: string, devices: readonly OfflineDevice[]): readonly string[] {
  const waiting = /\b(?:when|whenever|if)\b/i.test(text) ? waitingExample(text, devices) : undefined
  return [order(text, devices, { cron: '0 7 * * *' }), waiting ?? 'remind me tomorrow at 7 to water the plants']
}

/** The same where its time is understood, and `rest` is not. */
export function examplesAt(time: PlanTime, rest: string, devices: readonly OfflineDevice[]): readonly string[] {
  return [
    order(rest, devices, time),
    'when' in time ? `${planTimeText(time)} tell me` : `remind me ${planTimeText(time)} to ${rest}`,
  ]
}

function order(text: string, devices: readonly OfflineDevice[], time: PlanTime): string {
  const output = likeliest(text, devices, ({ output }) => output)
  const [first] = devices
  if (output !== undefined) return atTime(`turn on ${renderName(output.name)} for 5 minutes`, time)
  return first === undefined ? `${planTimeText(time)} say hello` : atTime(`read ${renderName(first.name)}`, time)
}

function waitingExample(text: string, devices: readonly OfflineDevice[]): string | undefined {
  const input = likeliest(text, devices, ({ output }) => !output)
  const [quantity] = input?.quantities ?? []
  if (input === undefined || quantity === undefined) return undefined
  const name = renderName(input.name)
  if (quantity === 'state') return `when ${name} opens, tell me`
  return `when ${quantity} in ${name} is above ${quantity === 'temperature' ? 25 : 1}, tell me`
}

/** The one that the message names, or the first. */
function likeliest(
  text: string,
  devices: readonly OfflineDevice[],
  fits: (device: OfflineDevice) => boolean,
): OfflineDevice | undefined {
  const fitting = devices.filter(fits)
  return fitting.find(({ name }) => text.toLowerCase().includes(name)) ?? fitting[0]
}
