import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createSystemClock } from '../../src/clock.ts'
import type { Board } from '../board/board.ts'
import type { GuestProgram } from '../board/guest/guest-program.ts'
import { FakeBotApi } from '../support/fake-bot-api.ts'
import { onBoard } from './on-board.ts'
import type { Subject } from './subjects.ts'

/** Wake-ups of the daemon in a minute of held polls in which nothing happens. */
export interface BoardWakeUpFigures {
  /** With ten buttons. */
  readonly watching: number
  /** Without any device. */
  readonly alone: number
}

const watchedInputs = 10
/** Where the Bot API is, seen from inside. */
const botPort = 8081
const person = 7
/** Behind the end of the first poll, which is after 30 s. */
const settleMs = 32_000
const windowMs = 60_000

/** Both at once, each on a board of its own: what is counted of an idle process does not depend on that. */
export async function measureBoardWakeUps(daemon: Subject): Promise<BoardWakeUpFigures> {
  const buttons = Array.from({ length: watchedInputs }, (_, index) => [
    `button${index}`,
    { kind: 'button', line: `GPIO${index}`, pull: 'up' },
  ])
  const [watching, alone] = await Promise.all([wakeUpsOf(daemon, Object.fromEntries(buttons)), wakeUpsOf(daemon, {})])
  return { watching, alone }
}

async function wakeUpsOf(daemon: Subject, devices: Readonly<Record<string, object>>): Promise<number> {
  const bot = new FakeBotApi({ clock: createSystemClock() })
  await bot.start()
  try {
    return await onBoard(async (board) => {
      const running = await serve(board, bot, daemon, devices)
      return Promise.race([countIdle(board, running), endOf(running)])
    })
  } finally {
    await bot.stop()
  }
}

async function countIdle(board: Board, running: GuestProgram): Promise<number> {
  const pid = await running.pid
  const count = async (): Promise<number> => {
    const { stdout } = await board.run(['/bin/sh', '-c', `cat /proc/${pid}/task/*/status`])
    return [...stdout.matchAll(/^voluntary_ctxt_switches:\s+(\d+)/gm)].reduce((sum, [, each]) => sum + Number(each), 0)
  }
  await wait(settleMs)
  const before = await count()
  await wait(windowMs)
  return (((await count()) - before) * 60_000) / windowMs
}

/** Starts the daemon inside, with its Bot API outside behind plain http, and waits until its poll is held. */
async function serve(
  board: Board,
  bot: FakeBotApi,
  daemon: Subject,
  devices: Readonly<Record<string, object>>,
): Promise<GuestProgram> {
  const telegram = { token: bot.token, allow: [person], apiRoot: `http://127.0.0.1:${botPort}` }
  // What is JSON is YAML too.
  const config = JSON.stringify({ model: 'offline', devices, channels: { telegram } })
  await writeFile(join(board.sharedFolder, 'pincer.yaml'), config)
  const moveIn = 'install -d -m 700 home && install -m 600 shared/pincer.yaml home'
  await board.run(['/bin/sh', '-c', moveIn], { cwd: '/run' })
  await board.forward(botPort, bot.port)
  const running = board.start([daemon.command, '--home', '/run/home', 'run'])
  await Promise.race([bot.untilPolled(), endOf(running)])
  return running
}

async function endOf(running: GuestProgram): Promise<never> {
  const { stdout, stderr } = await running.ended
  throw new Error(`The daemon on the virtual board ended too early: ${stdout}\n${stderr}`)
}
