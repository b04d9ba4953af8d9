import type { OfflineDevice } from './parsed.ts'
import { listOf, renderName } from './render.ts'

export const whatIAm = "I am Pincer's offline mode: a small grammar, no language model, no network."
export const whatIAmAndHelp = "I am Pincer's offline mode, a small grammar: say help for what I understand."

/** Three messages for somebody who has never said anything, over the devices that there are. */
export function thingsToTry(devices: readonly OfflineDevice[]): readonly string[] {
  const sensor = devices.find((device) => device.quantities.length > 1) ?? devices[0]
  const output = devices.find((device) => device.output)
  return [
    sensor === undefined ? 'hello' : `read ${renderName(sensor.name)}`,
    output === undefined ? 'status' : `turn on the ${renderName(output.name)} for 10 minutes`,
    'help',
  ]
}

/** The whole grammar, in the words of the person's own devices. */
export function offlineGrammar(devices: readonly OfflineDevice[]): string {
  if (devices.length === 0) {
    return `${whatIAm}\nNo devices are configured, so there is nothing to read or switch yet. I still understand: status, help.`
  }
  const outputs = devices.filter((device) => device.output).map((device) => renderName(device.name))
  const withState = devices.filter((device) => device.output && device.quantities.includes('state'))
  const toggled = withState[1] ?? withState[0]
  const toggle = toggled === undefined ? '' : ` · toggle ${renderName(toggled.name)}`
  const inputs = devices.filter((device) => !device.output).map((device) => renderName(device.name))
  const [first] = outputs
  const second = outputs[1] ?? first
  const dimmable = devices.find((device) => device.hasLevel === true)
  const dim = dimmable === undefined ? '' : ` · set ${renderName(dimmable.name)} to 40%`
  const both = outputs.length > 1 ? `turn on ${listOf(outputs.slice(0, 2))}` : undefined
  const lines = [
    `${whatIAm} I understand:`,
    readLine(devices),
    ...(first === undefined || second === undefined
      ? []
      : [
          `- Switch: turn on ${first} · ${second} off · set ${first} to on${toggle}${dim} · everything off`,
          `- For a while: turn on ${first} for 10 minutes (90s, 2 hours, half an hour, an hour)`,
          ...(both === undefined ? [] : [`- Several: ${both} for 5 min · turn the ${first} on and the ${second} off`]),
        ]),
    laterLine(devices, first),
    ...waitingLine(devices, first),
    '- list jobs · cancel job 3 · status · help',
    ...(outputs.length > 0 ? [`I can switch and read: ${listOf(outputs)}.`] : ['No device here can be switched.']),
    ...(inputs.length > 0 ? [`I can only read: ${listOf(inputs)}.`] : []),
    'I act only on a message that I understood whole; a question never switches anything.',
    'A name that is also a word of mine goes in double quotes.',
  ]
  return lines.join('\n')
}

function laterLine(devices: readonly OfflineDevice[], output: string | undefined): string {
  const sensor = devices.find((device) => !device.quantities.includes('state')) ?? devices[0]
  const reading = sensor === undefined ? [] : [`every 30 minutes from 8 to 18 read ${renderName(sensor.name)}`]
  const switching =
    output === undefined
      ? []
      : [
          `turn off ${output} in 10 minutes`,
          `turn on ${output} tomorrow at 7`,
          `every weekday at 7:30 turn on ${output} for 5 minutes`,
        ]
  return `- Later: ${[...switching, ...reading, 'remind me in 20 minutes to water the plants', 'at 18:00 say it is time'].join(' · ')}`
}

function waitingLine(devices: readonly OfflineDevice[], output: string | undefined): readonly string[] {
  const contact = devices.find((device) => !device.output && device.quantities.includes('state'))
  const sensor = devices.find((device) => !device.quantities.includes('state'))
  const quantity = sensor?.quantities[0]
  const limit = sensor === undefined ? '' : `when the ${quantity} in ${renderName(sensor.name)} is above 25`
  const examples = [
    ...(limit === '' ? [] : [`${limit}, tell me`]),
    ...(limit === '' || output === undefined ? [] : [`${limit} for 5 minutes, turn on ${output}`]),
    ...(contact === undefined ? [] : [`when the ${renderName(contact.name)} opens, say come and look`]),
  ]
  return examples.length === 0 ? [] : [`- When: ${examples.join(' · ')}`]
}

function readLine(devices: readonly OfflineDevice[]): string {
  const sensor = devices.find((device) => !device.quantities.includes('state'))
  const quantity = sensor?.quantities[0]
  const withState = devices.find((device) => device.quantities.includes('state'))
  const contact = devices.find((device) => !device.output && device.quantities.includes('state'))
  const examples = [
    ...(sensor === undefined || quantity === undefined
      ? []
      : [`what is the ${quantity}`, `${quantity} in ${renderName(sensor.name)}`]),
    ...(contact === undefined ? [] : [`is the ${renderName(contact.name)} open?`]),
    ...(withState === undefined ? [] : [`read ${renderName(withState.name)}`]),
    'read all',
  ]
  return `- Read: ${examples.join(' · ')}`
}
