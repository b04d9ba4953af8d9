import t from 'tap'
import { parseOffline } from '../../../src/model/offline/parse.ts'
import { actsOnOutput } from '../../../src/model/offline/parsed.ts'
import { renderCalls } from '../../../src/model/offline/render.ts'
import { brief, deviceSets, type DeviceSet } from '../../support/offline-devices.ts'

const grammar = (
  'turn switch put set toggle on off to for the a please and then , , . ; ? ! read show what is how warm many degrees ' +
  "are it in of all everything devices open closed or 's 5 10 90s ten twenty five minutes min hour half an now hello " +
  'thanks me temperature humidity state help status " % percent 40% dim to'
).split(' ')
/** Pieces that fit together often enough to make whole sentences. */
const pieces = [
  'turn on',
  'turn off',
  'for 5 minutes',
  'toggle',
  'and',
  ',',
  'on',
  'off',
  'then',
  '. ',
  'read',
  'please',
  'the',
  'to 40%',
  'in 5 minutes',
  'every 10 min',
  'at 7:30',
  'every weekday at 18:30',
  '140 percent',
  'dim',
]
const noise =
  'not never 7:30 when if until why did you can no if unless after i we opens hot-ish maybe else twice only 7pm'.split(
    ' ',
  )
const joins = [' ', ' ', ' ', ' ', ' ', '  ', '-', '_', '']

/** A small generator of the same numbers for the same seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

function pick<T>(random: () => number, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)] as T
}

const sets = Object.keys(deviceSets) as DeviceSet[]

void t.test('random words never throw, and with a word that is not of the grammar never act', async (t) => {
  const random = randomOf(20261121)
  let acted = 0
  for (let round = 0; round < 30_000; round++) {
    const set = random() < 0.5 ? 'board' : pick(random, sets)
    const devices = deviceSets[set]
    const names = devices.flatMap((device) => [device.name, device.name.replaceAll(/[-_]/g, ' ')])
    const words = Array.from({ length: 1 + Math.floor(random() * 7) }, () =>
      pick(random, random() < 0.4 && names.length > 0 ? names : random() < 0.8 ? pieces : grammar),
    )
    const dirty = random() < 0.3
    if (dirty) words.splice(Math.floor(random() * (words.length + 1)), 0, pick(random, noise))
    // Words that stand by themselves, so that what is noise stays noise.
    const message = words.join(dirty ? ' ' : pick(random, joins))
    const parsed = parseOffline(message, devices)
    const acts = parsed.kind === 'calls' && parsed.calls.some(actsOnOutput)
    if (acts) acted++
    if (acts && (dirty || message.includes('?')))
      t.fail(`acted on ${JSON.stringify(message)} over ${set}: ${brief(parsed)}`)
    if (parsed.kind === 'calls') {
      const again = brief(parseOffline(renderCalls(parsed.calls), devices))
      if (again !== brief(parsed)) t.fail(`${renderCalls(parsed.calls)} is ${again}, not ${brief(parsed)} (${set})`)
    }
  }
  t.ok(acted > 100, `some of the clean ones act (${acted}), or this would prove nothing`)
})

void t.test('a noise word put anywhere into an order that acts stops all of it', async (t) => {
  const orders = [
    'turn on the lamp',
    'lamp on for 10 minutes',
    'turn the lamp on and the fan off',
    'everything off',
    'toggle fan',
    'turn on lamp, fan for half an hour',
    'lamp on. fan off for 5m',
    'read room and turn on the fan',
    'set the strip to 40%',
    'dim strip to 40 percent for 5m',
  ]
  const devices = [...deviceSets.board, ...deviceSets.levels.filter((device) => device.name === 'strip')]
  for (const order of orders) {
    t.equal(parseOffline(order, devices).kind, 'calls', order)
    const words = order.split(' ')
    // With a number behind it, each of these begins a time: here none of them does.
    for (const word of [...noise, 'at', 'every']) {
      for (let at = 0; at <= words.length; at++) {
        const message = words.toSpliced(at, 0, word).join(' ')
        if (parseOffline(message, devices).kind === 'calls') t.fail(message)
      }
    }
  }
})

void t.test('random characters and very long messages never throw and never take long to read', async (t) => {
  const random = randomOf(7)
  const characters = Array.from(`lampfnor 0123456789-_,.;?!'"“”’\n\t&½é漢👍\u200b\u0000\uD800`).concat(
    ' ',
    ' ',
    'on',
    'off',
    'lamp',
  )
  for (let round = 0; round < 5_000; round++) {
    const message = Array.from({ length: Math.floor(random() * 60) }, () => pick(random, characters)).join('')
    parseOffline(message, deviceSets[pick(random, sets)])
  }
  for (const message of [
    'lamp and '.repeat(2_000),
    'a'.repeat(16_000),
    '-_'.repeat(8_000),
    '"'.repeat(16_000),
    "'s".repeat(8_000),
  ]) {
    parseOffline(message, deviceSets.words)
  }
  t.pass('none threw')
})

const laterPieces = (
  'turn on the lamp|lamp off|turn it off|read room|tell me|remind me|to go|say hello|say "a. b"|not|and|,|please|warn me|' +
  'when the door opens|if it is warmer than 25|when it is below 5 degrees|when trigger x is run|for 5 minutes|every day|' +
  'at 7|at 7 and 19|from 6 to 22|every 30 minutes|between 8 and 18|on the 1st of every month|tomorrow|in 10 minutes|all off'
).split('|')

void t.test('of random pieces about later, what is planned or offered is read again as just that', async (t) => {
  const random = randomOf(3)
  const devices = deviceSets.board
  let planned = 0
  for (let round = 0; round < 4_000; round++) {
    const message = Array.from({ length: 1 + Math.floor(random() * 5) }, () => pick(random, laterPieces)).join(' ')
    const parsed = parseOffline(message, devices)
    if (parsed.kind === 'calls') {
      planned++
      const again = brief(parseOffline(renderCalls(parsed.calls), devices))
      if (again !== brief(parsed)) t.fail(`${message}: ${renderCalls(parsed.calls)} is ${again}`)
      if (/^(?!.*(?:say|remind)).*\bnot\b/.test(message)) t.fail(`${message}: ${brief(parsed)}`)
    } else if (parsed.kind === 'unclear') {
      const offered = [...(parsed.examples ?? []), ...(parsed.nearest === 'help' ? [] : [parsed.nearest])]
      for (const each of offered) if (parseOffline(each, devices).kind === 'unclear') t.fail(`${message}: ${each}`)
    }
  }
  t.ok(planned > 200, `${planned} are planned, or this would prove nothing`)
})
