import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { createSystemClock } from '../../src/clock.ts'
import { FakeBotApi } from './fake-bot-api.ts'
import { lastingFolder } from './lasting-folder.ts'
import { whileRunning } from './running.ts'
import { startEnvironment } from './start-environment.ts'

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

export interface ServedHome {
  readonly bot: FakeBotApi
  readonly home: string
  readonly start: () => Promise<void>
  /** SIGKILL, and the end of the process. Nothing where none runs. */
  readonly kill: () => Promise<void>
}

/** A home with the offline model on a simulated board, for the whole daemon over a fake Bot API. Not started yet. */
export async function servedHome(
  t: Test,
  options: { readonly devices: string; readonly allow: readonly number[]; readonly guests?: readonly number[] },
): Promise<ServedHome> {
  const bot = new FakeBotApi({ clock: createSystemClock() })
  await bot.start()
  const home = lastingFolder(t)
  const { devices, allow, guests = [] } = options
  const config = [
    'board: simulated',
    'model: offline',
    `devices: { ${devices} }`,
    `channels: { telegram: { token: "${bot.token}", allow: [${allow.join()}], guests: [${guests.join()}], apiRoot: "${bot.apiRoot}" } }`,
  ]
  fs.writeFileSync(join(home, 'pincer.yaml'), config.join('\n'), { mode: 0o600 })
  const running: ChildProcess[] = []
  const kill = async (): Promise<void> => {
    const daemon = running.pop()
    if (daemon === undefined) return
    const exit = once(daemon, 'exit')
    daemon.kill('SIGKILL')
    await exit
  }
  t.teardown(async () => {
    await kill()
    await bot.stop()
  })
  return {
    bot,
    home,
    start: async () => {
      const stdio = ['ignore', 'ignore', 'pipe'] as const
      const daemon = spawn(process.execPath, [main, '--home', home, 'run'], {
        env: startEnvironment,
        stdio: [...stdio],
      })
      running.push(daemon)
      await whileRunning(daemon)(bot.untilPolled())
    },
    kill,
  }
}
