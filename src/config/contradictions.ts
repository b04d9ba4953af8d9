import { formatDuration, parseDuration } from '../duration.ts'
import { nearest } from '../nearest.ts'
import { discordTokenName, knownProvider, knownProviderNames, telegramTokenName } from './known-providers.ts'
import type { Lookup } from './environment.ts'
import { isMapping, valueAt } from './source.ts'
import type { Problem } from './source.ts'
import { alternatives } from './values.ts'

/**
 * Values that are right alone and wrong together. All of these read what stands in the file, not what the schema made
 * of it, so that they speak in the same run as the faults of single values.
 */

/** A model of a provider that nobody knows, and providers of our own without an address. */
export function checkProviders(root: unknown): readonly Problem[] {
  const problems: Problem[] = []
  const providers = mappingAt(root, 'providers')
  for (const [name, provider] of Object.entries(providers)) {
    if (knownProvider(name) !== undefined || !isMapping(provider)) continue
    if (isNothing(provider['api'])) {
      problems.push({ path: ['providers', name, 'api'], found: 'nothing', expected: 'openai or anthropic' })
    }
    if (isNothing(provider['baseUrl'])) {
      const expected = 'the address of the provider, such as http://192.168.1.10:11434/v1'
      problems.push({ path: ['providers', name, 'baseUrl'], found: 'nothing', expected })
    }
  }
  const model = valueAt(root, ['model'])
  const models: readonly unknown[] = Array.isArray(model) ? model : [model]
  const names = [...knownProviderNames(), ...Object.keys(providers)]
  for (const [index, id] of models.entries()) {
    const provider = typeof id === 'string' ? /^([a-z][a-z0-9_-]*)\/\S/.exec(id)?.[1] : undefined
    if (provider === undefined || provider === 'offline' || names.includes(provider)) continue
    const path = Array.isArray(model) ? ['model', index] : ['model']
    const near = nearest(provider, names)
    problems.push({
      path,
      found: `the provider "${provider}"`,
      expected: alternatives(names),
      fix: near === undefined ? `Describe ${provider} under providers.` : `Did you mean ${near}?`,
    })
  }
  return problems
}

/** Channels without a token, and people who are both owner and guest. */
export function checkChannels(root: unknown, lookup: Lookup): readonly Problem[] {
  const problems: Problem[] = []
  for (const [name, variable] of [
    ['telegram', telegramTokenName],
    ['discord', discordTokenName],
  ] as const) {
    const channel = valueAt(root, ['channels', name])
    if (!isMapping(channel)) continue
    if (isNothing(channel['token']) && lookup(variable) === undefined) {
      const fix = `Write token: "\${${variable}}" and set ${variable} in .env.`
      problems.push({ path: ['channels', name, 'token'], found: 'nothing', expected: 'the token of the bot', fix })
    }
    const owners = listAt(channel, 'allow')
    for (const [index, guest] of listAt(channel, 'guests').entries()) {
      if (!owners.map(String).includes(String(guest))) continue
      const found = `${String(guest)}, who is in allow too`
      problems.push({ path: ['channels', name, 'guests', index], found, expected: 'each person in one of the two' })
    }
  }
  return problems
}

/** The settings of a device that stand as far left as its name. */
export function checkIndentation(root: unknown): readonly Problem[] {
  return Object.entries(mappingAt(root, 'devices')).flatMap(([name, value]): readonly Problem[] => {
    if (!['kind', 'line'].includes(name) || isMapping(value)) return []
    const fix = 'Indent it deeper than the name of its device.'
    return [{ path: ['devices', name], expected: 'a device such as { kind: switch, line: GPIO17 }', fix }]
  })
}

/** Interlock groups that only a careful eye tells apart: two switches that look interlocked could both be on. */
export function checkGroups(root: unknown): readonly Problem[] {
  const spellings = new Map<string, { readonly group: string; readonly device: string }>()
  return Object.entries(mappingAt(root, 'devices')).flatMap(([device, settings]): readonly Problem[] => {
    const written = isMapping(settings) ? settings['interlock'] : undefined
    if (typeof written !== 'string') return []
    const group = written.trim()
    const likeness = group.toLowerCase().replaceAll(/[\s_-]/g, '')
    const first = spellings.get(likeness)
    if (first === undefined) spellings.set(likeness, { group, device })
    if (first === undefined || first.group === group) return []
    const fix = `${first.device} writes ${first.group}.`
    return [{ path: ['devices', device, 'interlock'], expected: 'one spelling for one group', fix }]
  })
}

/** Limits of one switch that no switch can keep, and interlocks that a safe state breaks. */
export function checkSwitches(root: unknown): readonly Problem[] {
  const problems: Problem[] = []
  for (const [name, device] of Object.entries(mappingAt(root, 'devices'))) {
    if (!isMapping(device) || device['kind'] !== 'switch') continue
    const at = (key: string) => ['devices', name, key]
    const maxOnMs = durationAt(device, 'maxOn')
    const minOnMs = durationAt(device, 'minOn')
    if (maxOnMs !== undefined && minOnMs !== undefined && minOnMs > maxOnMs) {
      const expected = `at most maxOn, which is ${formatDuration(maxOnMs)}`
      problems.push({ path: at('minOn'), expected })
    }
    if (durationAt(device, 'deadTime') !== undefined && typeof device['interlock'] !== 'string') {
      const found = 'a deadTime without an interlock'
      const expected = 'both: it is the pause between two switches of one interlock group'
      problems.push({ path: at('deadTime'), found, expected })
    }
    if (device['safe'] !== 'on') continue
    if (maxOnMs !== undefined) {
      const found = 'a maxOn beside safe: on'
      const expected = 'one of the two: a switch that must not stay on is not safe when on'
      problems.push({ path: at('maxOn'), found, expected })
    }
    if (typeof device['interlock'] === 'string') {
      const found = 'an interlock beside safe: on'
      const expected = 'one of the two: going safe would switch it on beside another of its group'
      problems.push({ path: at('interlock'), found, expected })
    }
  }
  return problems
}

function durationAt(device: { readonly [key: string]: unknown }, key: string): number | undefined {
  const written = device[key]
  return typeof written === 'string' ? parseDuration(written) : undefined
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null
}

function mappingAt(root: unknown, key: string): { readonly [key: string]: unknown } {
  const value = valueAt(root, [key])
  return isMapping(value) ? value : {}
}

function listAt(mapping: { readonly [key: string]: unknown }, key: string): readonly unknown[] {
  const value = mapping[key]
  return Array.isArray(value) ? value : []
}
