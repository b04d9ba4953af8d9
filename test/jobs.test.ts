import { execFile } from 'node:child_process'
import fs from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { servedHome } from './support/served-home.ts'
import { startEnvironment } from './support/start-environment.ts'
import { until } from './support/until.ts'

/** What is planned, as a person on Telegram and a person on the host see and change it. */
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const ada = 7

void t.test('jobs are made in words, changed by buttons and from the host, and outlive a kill', async (t) => {
  const { bot, home, start, kill } = await servedHome(t, {
    devices: 'lamp: { kind: switch, line: GPIO17 }',
    allow: [ada],
    guests: [8],
  })
  const pincer = (...args: readonly string[]) =>
    new Promise<readonly [code: unknown, out: string, err: string]>((resolve) => {
      const options = { env: startEnvironment, timeout: 60_000 }
      execFile(process.execPath, [main, '--home', home, ...args], options, (error, out, err) => {
        resolve([error === null ? 0 : error.code, out, err])
      })
    })
  await start()
  t.same(await pincer('jobs'), [0, 'There are no jobs.\n', ''])
  t.same(await pincer('jobs', 'list'), [0, 'There are no jobs.\n', ''])
  t.same(await pincer('jobs', 'pause', '3'), [1, '', 'There are no jobs.\n'], 'a script is not told that it was done')
  t.match(await pincer('jobs', 'stop', '3'), [1, '', /I do not know "stop"\./])
  t.notOk(fs.existsSync(join(home, 'state/jobs.jsonl')), 'who plans nothing has no file of it')
  bot.say({ from: ada, text: 'remind me in 2 hours to water the plants' })
  await bot.untilSaid(ada, 'Job 1 is planned: say "Reminder: water the plants", in 2h. Next: t')
  bot.say({ from: ada, text: 'turn the lamp on at 7:30 for 5 minutes' })
  await bot.untilSaid(ada, 'Job 2 is planned: lamp on for 5m, at ')
  await kill()
  await start()

  bot.say({ from: ada, text: '/jobs' })
  await bot.untilSaid(ada, 'lamp on for 5m, t')
  const id = bot.press({ from: ada, button: 'pause 1' })
  await bot.untilSaid(ada, 'Job 1 is paused.')
  await until(() => bot.pressAnswer(id) !== undefined, 'the press is answered')
  t.match(await pincer('jobs'), [0, /^Job 1: .*; paused: by .*; made by .*\nJob 2: .*, t.*\n$/, ''])
  bot.say({ from: ada, text: '/status' })
  await bot.untilSaid(ada, 'Jobs: 2; 1 paused; next t')

  t.match(await pincer('jobs', 'resume', '1'), [0, /^Job 1 goes on\. Next: t/, ''])
  t.match(await pincer('jobs', 'remove', '9'), [1, '', /There is no job 9 here/])
  t.match(await pincer('jobs', 'stop', '1'), [1, '', /I do not know "stop"\. .* remove 3/])
  t.match(await pincer('jobs', 'run', '1'), [0, 'Job 1 runs now.\n', ''])
  await until(() => bot.botTexts(ada).includes('Reminder: water the plants'), 'the reminder')
  t.match(await pincer('jobs', 'remove', '2'), [0, 'Job 2 is removed.\n', ''])
  t.match(await pincer('trigger', 'doorbell'), [
    1,
    '',
    /No job waits for the trigger "doorbell"\. Make one in the chat, for example: when trigger doorbell is run, say /,
  ])

  bot.say({ from: 8, text: '/jobs' })
  await bot.untilSaid(8, '/jobs is for owners only.')
  await kill()
  t.match(await pincer('jobs'), [1, '', /No Pincer serves .* so there is nobody to ask/])
})

/** The files of the source that a run reads, by a hook in the process itself. */
const reportsFiles =
  'data:text/javascript,import{registerHooks}from"node:module";registerHooks({load(url,context,next){process.stderr.write(url+"\\n");return next(url,context)}})'

void t.test('a home without jobs loads nothing of the schedule but what its tools are', async (t) => {
  const home = join(t.testdir({}), 'home')
  const filesOf = (message: string) =>
    new Promise<readonly string[]>((resolve) => {
      const args = ['--import', reportsFiles, main, '--home', home, 'chat', '-m', message]
      execFile(process.execPath, args, { env: startEnvironment }, (_error, _out, err) => {
        resolve(
          [...err.matchAll(/src\/(schedule\/\S+|agent\/job-turn)\.ts$/gm)].map(([, name = '']) => name).toSorted(),
        )
      })
    })
  const needed = ['schedule/condition-forms', 'schedule/job-files', 'schedule/tools']
  t.same(await filesOf('read lamp'), needed)
  t.same(await filesOf('/jobs'), needed)
  t.match((await filesOf('every 30 minutes read lamp')).join(' '), /scheduler/, 'else this would prove nothing')
  t.match((await filesOf('read lamp')).join(' '), /scheduler/, 'and from then on it is loaded at the start')
})
