import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { createSystemClock } from '../src/clock.ts'
import { FakeBotApi } from './support/fake-bot-api.ts'
import { startEnvironment } from './support/start-environment.ts'

/** Commands that ask the daemon, each a process of its own, with a Bot API at the far end. */
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

async function serve(t: Test, allow: string) {
  const bot = new FakeBotApi({ clock: createSystemClock() })
  await bot.start()
  const home = t.testdir({})
  const telegram = `{ token: "${bot.token}", allow: ${allow}, apiRoot: "${bot.apiRoot}" }`
  const config = ['board: simulated', 'model: offline', `channels: { telegram: ${telegram} }`]
  fs.writeFileSync(join(home, 'pincer.yaml'), config.join('\n'), { mode: 0o600 })
  const daemon = spawn(process.execPath, [main, '--home', home, 'run'], { env: startEnvironment, stdio: 'ignore' })
  t.teardown(async () => {
    daemon.kill('SIGKILL')
    await bot.stop()
  })
  await bot.untilPolled()
  const pincer = (...args: readonly string[]) =>
    new Promise<readonly [code: unknown, out: string, err: string]>((resolve) => {
      const options = { env: startEnvironment, timeout: 60_000 }
      execFile(process.execPath, [main, '--home', home, ...args], options, (error, out, err) => {
        resolve([error === null ? 0 : error.code, out, err])
      })
    })
  const stop = async (): Promise<void> => {
    const exit = once(daemon, 'exit')
    daemon.kill('SIGTERM')
    await exit
  }
  return { bot, home, pincer, stop }
}

void t.test('status, send and pair speak to the daemon, and what it cannot do ends with 1', async (t) => {
  const { bot, home, pincer, stop } = await serve(t, '[]')
  const [, status] = await pincer('status')
  t.match(
    status,
    /^Pincer .*\nBoard: .*Model: offline\.\nOutputs: .*\nShell: ask; bubblewrap, .*\nTelegram.*: .*\.\nWaiting: 0 messages, 0 replies\. Turns running: 0\.\n$/,
  )
  t.match(await pincer('send', 'hi'), [1, '', /nobody to send to/])
  bot.say({ from: 99, text: 'hello' })
  await bot.untilSaid(99, 'pincer pair')
  const code = /pincer pair (\w+)/.exec(bot.botTexts(99)[0] ?? '')?.[1] ?? ''
  const [, list] = await pincer('pair', 'list')
  t.match(list, /^Nobody is paired\.\nWaiting with a code: ".*" with the id 99\./)
  t.notMatch(list, code)
  t.match(await pincer('pair', 'AAAAAAAA'), [1, '', /Nobody waits with this code/])
  t.match(await pincer('pair', code), [0, /id 99, .* may do everything that you may/, ''])
  t.match(await pincer('send', 'the door is open', '--to', '99'), [0, /^Queued for .*99.* on telegram\.\n$/, ''])
  await bot.untilSaid(99, 'the door is open')
  t.match(await pincer('send', 'x', '--to', 'nobody'), [1, '', /I know nobody called "nobody"/])
  bot.say({ from: 99, text: '/pair' })
  await bot.untilSaid(99, 'Paired: ')
  t.match(await pincer('pair', 'revoke', '99'), [0, /^Not paired any more.* id 99\.\n$/, ''])
  await stop()
  t.same(await pincer('status'), [
    1,
    '',
    `pincer: No Pincer serves ${home}, so there is nobody to ask: start it with \`pincer --home ${home} run\`.\n`,
  ])
})

void t.test('what Telegram refuses for ever is told in the status, to owners alone', async (t) => {
  const { bot, pincer, stop } = await serve(t, '[7], guests: [8]')
  // Nobody with this id ever wrote to the bot, so it may not write to them.
  t.match(await pincer('send', 'are you there?'), [0, /^Queued for 7 on telegram/, ''])
  let status = ''
  while (!status.includes('Not delivered')) [, status] = await pincer('status')
  t.match(status, /Not delivered, and not sent again: 1 reply\.\n- .*, to telegram 7: "are you there\?" \(.+\)\n$/)
  bot.say({ from: 8, text: '/status' })
  await bot.untilSaid(8, 'Turns running')
  t.notMatch(bot.botTexts(8).join('\n'), /are you there/)
  await stop()
})
