import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { createSystemClock } from '../src/clock.ts'
import { FakeBotApi } from './support/fake-bot-api.ts'
import { canMount, readOnly } from './support/read-only-home.ts'

/** The whole daemon over a home that is mounted read-only when it starts. */
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const owner = 7

const skip = canMount(t.testdir({})) ? false : 'this user may mount nothing here'

void t.test(
  'a home that is read-only at the start is served, and says so, and heals by itself',
  { skip },
  async (t) => {
    const home = t.testdir({ state: {}, workspace: { 'AGENTS.md': 'Be kind.\n' } })
    fs.chmodSync(join(home, 'state'), 0o700)
    const bot = new FakeBotApi({ clock: createSystemClock() })
    await bot.start()
    const config = `channels: { telegram: { token: "${bot.token}", allow: [${owner}], apiRoot: "${bot.apiRoot}" } }\nboard: simulated\n`
    fs.writeFileSync(join(home, 'pincer.yaml'), config, { mode: 0o600 })
    const [program = '', ...before] = readOnly(home)
    const daemon = spawn(program, [...before, process.execPath, main, '--home', home, 'run'], {
      env: { TZ: 'UTC', PATH: process.env['PATH'] },
      stdio: ['ignore', 'pipe', 'pipe', 'ignore', 'pipe'],
    })
    const complained = text(daemon.stderr as NodeJS.ReadableStream)
    t.teardown(async () => {
      daemon.kill('SIGKILL')
      await bot.stop()
    })
    bot.say({ from: owner, text: '/read door' })
    await bot.untilSaid(owner, 'door: closed')
    t.equal(
      bot.botTexts(owner).filter((said) => /^I can keep nothing: .*read-only/.test(said)).length,
      1,
      'told by itself',
    )
    for (const [asked, told] of [
      ['/status', 'Outputs:'],
      ['/on lamp', 'did not take this message'],
      ['/off lamp', 'lamp is off'],
      ['/stop all', 'but a restart would lift the latch'],
    ] as const) {
      bot.say({ from: owner, text: asked })
      await bot.untilSaid(owner, told)
    }
    bot.say({ from: owner, text: '/read lamp' })
    await bot.untilSaid(owner, 'lamp: off')
    t.same(fs.readdirSync(join(home, 'state')), [], 'nothing was written')
    ;(daemon.stdio[4] as Writable).write('mend\n')
    // Until the mount is writable, which another process makes it.
    do {
      bot.say({ from: owner, text: '/whoami' })
      await bot.untilSaid(owner, 'You are')
    } while (!fs.existsSync(join(home, 'state', 'journal.jsonl')))
    bot.say({ from: owner, text: 'is the door open?' })
    await bot.untilSaid(owner, 'door: closed (')
    await bot.untilSaid(owner, 'takes what I must keep again')
    const exit = once(daemon, 'exit')
    daemon.kill('SIGTERM')
    t.strictSame(await exit, [0, null])
    const said = await complained
    t.equal(said.split('\n').filter((line) => /I can keep nothing: .*read-only/.test(line)).length, 1)
    t.match(said, /control socket .*read-only.*only after a restart/)
  },
)
