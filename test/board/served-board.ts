import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Test } from 'tap'
import { createSystemClock } from '../../src/clock.ts'
import { FakeBotApi } from '../support/fake-bot-api.ts'
import { type Board, type BoardOptions, bootBoard } from './board.ts'
import { makeDisk } from './disk.ts'
import type { GuestProgram } from './guest/guest-program.ts'

/** Where the Bot API is, seen from inside. */
const botPort = 8081
const owner = 7
const answerTimeoutMs = 120_000

/** A board whose daemon serves a Telegram that is outside. */
export interface ServedBoard {
  readonly board: Board
  readonly bot: FakeBotApi
  /** Starts the daemon; done when it waits for messages. */
  readonly startDaemon: () => Promise<GuestProgram>
  /** Runs another command of Pincer on the same home. */
  readonly pincer: (...args: readonly string[]) => GuestProgram
  /** What the bot answers the owner: the next message that has `part` in it. */
  readonly ask: (text: string, part: string) => Promise<string>
  /** What `/read name` is answered once it matches: the guest notices in its own time what happens outside. */
  readonly readUntil: (name: string, isSo: RegExp) => Promise<string>
  /** What `/read name` is answered of a chip on a bus. */
  readonly readChip: (name: string) => Promise<string>
  /** After a power cut: the board and the way to Telegram, without the daemon. */
  readonly powerOn: () => Promise<void>
}

const root = new URL('../..', import.meta.url).pathname

/**
 * `config` are lines of pincer.yaml beside those of the channel. The home is on a disk of its own: what the daemon syncs
 * outlives a power cut, and its files belong to the user inside.
 */
export async function serveBoard(
  t: Test,
  config: readonly string[],
  options: Omit<BoardOptions, 'disk'> = {},
): Promise<ServedBoard> {
  // A test that asks until something is so asks as often as the machine is quick.
  const bot = new FakeBotApi({ clock: createSystemClock(), hasFloodControl: false })
  await bot.start()
  t.teardown(() => bot.stop())
  const board = await bootBoard(t, { ...options, disk: await makeDisk(t) })
  const telegram = `channels: { telegram: { token: "${bot.token}", allow: [${owner}], apiRoot: "http://127.0.0.1:${botPort}" } }`
  await writeFile(join(board.sharedFolder, 'pincer.yaml'), [...config, telegram].join('\n'))
  const moveIn = 'install -d -m 700 home && install -m 600 /run/shared/pincer.yaml home/pincer.yaml && sync'
  await board.run(['/bin/sh', '-c', moveIn], { cwd: '/run/disk' })
  await board.forward(botPort, bot.port)

  const pincer = (...args: readonly string[]): GuestProgram =>
    board.start(['/bin/sh', `${root}build/node`, `${root}src/main.ts`, '--home', '/run/disk/home', ...args], {
      env: { TZ: 'UTC' },
    })
  const ask: ServedBoard['ask'] = async (text, part) => {
    const answers = () => bot.botTexts(owner).filter((each) => each.includes(part))
    const before = answers().length
    bot.say({ from: owner, text })
    const late = once(AbortSignal.timeout(answerTimeoutMs), 'abort').then(() => 'late' as const)
    if ((await Promise.race([bot.until(() => answers().length > before), late])) === 'late')
      throw new Error(`${text} was not answered with "${part}". The bot said: ${bot.botTexts(owner).join(' | ')}`)
    return answers().at(-1) ?? ''
  }
  const readUntil: ServedBoard['readUntil'] = async (name, isSo) => {
    const endMs = performance.now() + answerTimeoutMs
    for (;;) {
      const said = await ask(`/read ${name}`, `${name}: `)
      if (isSo.test(said)) return said
      if (performance.now() > endMs) throw new Error(`/read ${name} was never answered with ${isSo}, but with: ${said}`)
    }
  }
  return {
    board,
    bot,
    pincer,
    ask,
    readUntil,
    // The chips are outside: where the machine holds them up for longer than a bus may hang, that is rightly said.
    readChip: (name) => readUntil(name, /^(?!.*I2C bus \d+ is stuck)/),
    async startDaemon() {
      // Only one that starts asks who it is: by then the last poll of one that was killed has come and is over.
      const introductions = () => bot.callsOf('getMe').length
      const before = introductions()
      const daemon = pincer('run')
      // A daemon that starts polls; one that does not says why.
      const outcome = await Promise.race([bot.until(() => introductions() > before && bot.isPolled()), daemon.ended])
      if (outcome !== undefined) throw new Error(`The daemon ended:\n${outcome.stdout}\n${outcome.stderr}`)
      return daemon
    },
    async powerOn() {
      await board.powerOn()
      await board.forward(botPort, bot.port)
    },
  }
}

/** Sends a daemon a signal that does nothing, again and again. Done when it has had the first one. */
export async function startStorm(board: Board, daemon: GuestProgram): Promise<GuestProgram> {
  const kill = `kill -USR1 ${await daemon.pid}`
  const storm = board.start(['/bin/sh', '-c', `${kill} && echo storming && while ${kill}; do sleep 0.005; done`])
  await storm.says('storming')
  return storm
}
