import fs from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { formatCheck } from '../../src/config/report.ts'
import { load } from './config-home.ts'

async function check(home: string): Promise<readonly string[]> {
  return formatCheck(await load(home)).split('\n')
}

/** A home whose file holds a secret, which only its owner may read. */
function secretHome(t: Test, text: string): string {
  const home = t.testdir({ 'pincer.yaml': text })
  fs.chmodSync(join(home, 'pincer.yaml'), 0o600)
  return home
}

void t.test('check says what applies without a file, and where none was found: the home may be misspelt', async (t) => {
  const home = join(t.testdir({}), 'nowhere')
  t.strictSame(await check(home), [
    `There is no ${join(home, 'pincer.yaml')}, so the defaults apply: board simulated, 6 devices, model offline.`,
  ])
})

void t.test('check names what a valid file sets', async (t) => {
  const text = 'board: simulated\ndevices: { bulb: { kind: switch, line: GPIO17 } }\n'
  t.strictSame(await check(t.testdir({ 'pincer.yaml': text })), [
    'pincer.yaml is valid: board simulated, 1 device, model offline.',
  ])
})

void t.test('check ends with what stops run, when the file asks for more than this version has', async (t) => {
  t.strictSame(await check(secretHome(t, 'board: simulated\nchannels: { discord: { token: some-token } }\n')), [
    'pincer.yaml:2 channels.discord: This version has no Discord. Remove it and use the terminal.',
    'pincer.yaml is valid: board simulated, 6 devices, model offline. run and chat refuse to start: see the note above.',
  ])
})

void t.test('check says that a heartbeat does nothing with the offline model alone', async (t) => {
  const heartbeat = 'board: simulated\nheartbeat: 30m\n'
  const note =
    'pincer.yaml:2 heartbeat: It looks after nothing, because the only model is offline, which understands no HEARTBEAT.md. Name a model of a provider under model, or write heartbeat: off.'
  const valid = 'pincer.yaml is valid: board simulated, 6 devices, model offline.'
  for (const model of ['', 'model: offline\n', 'model: [offline]\n']) {
    const lines = await check(t.testdir({ 'pincer.yaml': `${heartbeat}${model}` }))
    t.match(lines, [note, valid], model)
  }
  const lan = 'model: [lan/x, offline]\nproviders: { lan: { api: openai, baseUrl: "http://127.0.0.1:9/v1" } }\n'
  for (const text of [`${heartbeat}${lan}`, 'board: simulated\nheartbeat: off\n']) {
    t.match(await check(t.testdir({ 'pincer.yaml': text })), [/^pincer\.yaml is valid/], text)
  }
})

void t.test('check prints faults, then notes, then how many there are', async (t) => {
  const text =
    'board: simulated\nchannels: { discord: { token: some-token } }\nunits: metrical\ndevices: { bulb: { kind: switch, line: GPIO17, maxOn: 1.5 hours } }\n'
  t.strictSame(await check(secretHome(t, text)), [
    'pincer.yaml:3 units: found "metrical", expected metric or imperial. Did you mean metric?',
    'pincer.yaml:4 devices.bulb.maxOn: found "1.5 hours", expected a duration such as 90s, 10m, 2h or 1d. Write 90m.',
    'pincer.yaml:2 channels.discord: This version has no Discord. Remove it and use the terminal.',
    '2 faults and 1 note: Pincer does not start with this configuration.',
  ])
})
