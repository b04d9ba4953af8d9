import t from 'tap'
import { offlineGrammar, thingsToTry } from '../../../src/model/offline/grammar.ts'
import { parseOffline } from '../../../src/model/offline/parse.ts'
import { deviceSets, output, type DeviceSet } from '../../support/offline-devices.ts'

void t.test('every example in the help is understood over the same devices', async (t) => {
  const sets = { ...deviceSets, single: [output('heater')] }
  for (const [set, devices] of Object.entries(sets) as [DeviceSet, (typeof deviceSets)[DeviceSet]][]) {
    if (devices.length === 0) continue
    const lines = offlineGrammar(devices).split('\n')
    t.ok(lines.length >= 6 && lines.length <= 12, `${set}: a dozen lines at most`)
    let examples = 0
    for (const line of lines.filter((each) => each.startsWith('- '))) {
      for (const example of line.replace(/^- ([A-Z][a-z ]+: )?/, '').split(' · ')) {
        const message = example.replace(/ \(.*\)$/, '')
        t.not(parseOffline(message, devices).kind, 'unclear', `${set}: ${message}`)
        examples++
      }
    }
    t.ok(examples >= 3, `${set}: has examples`)
    for (const { name } of devices) t.match(lines.slice(-4).join('\n'), name, `${set}: names ${name}`)
  }
})

void t.test('three things to try are understood as they stand there, whatever the devices are', async (t) => {
  for (const [set, devices] of Object.entries(deviceSets)) {
    const tries = thingsToTry(devices)
    t.equal(new Set(tries).size, 3, set)
    for (const each of tries) t.not(parseOffline(each, devices).kind, 'unclear', `${set}: ${each}`)
  }
})

void t.test('without devices the help says so', async (t) => {
  t.match(offlineGrammar([]), 'No devices are configured')
})
