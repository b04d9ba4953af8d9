import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import * as v from 'valibot'
import { createSystemClock } from '../../src/clock.ts'
import { FakeBotApi } from './fake-bot-api.ts'
import { FakeOpenai } from './fake-openai.ts'
import type { Scripted, ScriptedCall } from './fake-provider.ts'
import { cameOut, isSource, plant, watchedFolder } from './canary-watch.ts'
import { listening, type LocalServer } from './local-server.ts'
import { type WhileRunning, whileRunning } from './running.ts'
import { startEnvironment } from './start-environment.ts'
import { until } from './until.ts'

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

export const owner = 7
export const otherOwner = 8
export const guestId = 9
/** Stands for the public internet; `web.allowPrivate` names it. */
export const outerAddress = '127.77.0.1'

/** A secret in each source of secrets. */
export const canaries = {
  environment: 'envCanary/q8Zt+3Lw0Xv7Rb2Kd5',
  dotEnv: 'dotCanary"c3Vx8Bq5\\Wz0Tn',
  credential: 'credCanary_m5Qr0Uc7Yt2Ib8Ge',
  yaml: 'yamlCanaryKey-d2Rf7Tg1Yb6Uh0',
  botToken: '110201543:AACanaryCH1vGWJxfSeofSAs0K5PALDsaw',
} as const

export interface AttackedDaemon {
  readonly home: string
  readonly workspace: string
  readonly bot: FakeBotApi
  readonly provider: FakeOpenai
  /** The outer server. */
  readonly outer: LocalServer
  /** What the model does in one turn, each a reply of calls. Answers what came back, in the order of the calls. */
  turn(replies: readonly (readonly ScriptedCall[])[], more?: TurnMore): Promise<readonly string[]>
  /** Says it, and waits until the bot has said something more there. */
  command(text: string, from?: number, chat?: number): Promise<string>
  /** The questions that the bot has asked in this chat. */
  questions(chat?: number): readonly ReturnType<FakeBotApi['chat']>[number][]
  asked(count: number, chat?: number): Promise<void>
  press(
    button: string,
    more?: { readonly from?: number; readonly messageId?: number; readonly chat?: number },
  ): Promise<string>
  kill(): Promise<void>
  start(): Promise<void>
}

interface TurnMore {
  readonly text?: string
  readonly from?: number
  readonly chat?: number
  readonly fields?: Readonly<Record<string, unknown>>
  /** Told how often the bot had asked before. */
  readonly meanwhile?: (askedBefore: number) => Promise<void>
  /** The words that end it; the model's own otherwise. */
  readonly endsWith?: string
}

/** How a turn ends that does not come to the end of its script. */
const early = /^I stopped/

const sentMessages = v.array(v.looseObject({ role: v.string(), content: v.nullish(v.unknown()) }))

/** The whole program, attacked by its own model: a scripted provider, a fake Telegram, a page outside. */
export async function attackedDaemon(
  t: Test,
  options: {
    readonly config: readonly string[]
    readonly workspace?: Readonly<Record<string, string>>
    readonly page?: RequestListener
    /** The main.ts of another source than ours. */
    readonly program?: string
    /** Who searches, and variables beside the usual ones. */
    readonly search?: string
    readonly environment?: Readonly<Record<string, string>>
  },
): Promise<AttackedDaemon> {
  for (const [name, secret] of Object.entries(canaries)) plant(name, secret)
  const bot = new FakeBotApi({ clock: createSystemClock(), token: canaries.botToken, hasFloodControl: false })
  await bot.start()
  const provider = await FakeOpenai.start({ key: canaries.yaml })
  const page = options.page ?? ((_request, response) => response.end('a page'))
  const outer = await listening(t, createServer(page), 'http', { host: outerAddress })
  const root = watchedFolder(t, {
    credentials: { BACKUP_KEY: `${canaries.credential}\n` },
    home: { workspace: { ...options.workspace } },
  })
  const home = fs.realpathSync(join(root, 'home'))
  isSource(join(root, 'credentials/BACKUP_KEY'))
  const keep = (name: string, lines: readonly string[]): void => {
    fs.writeFileSync(join(home, name), `${lines.join('\n')}\n`, { mode: 0o600 })
    isSource(join(home, name))
  }
  keep('pincer.yaml', [
    'board: simulated',
    'model: lan/test',
    'providers:',
    `  lan: { api: openai, baseUrl: "${provider.baseUrl}", apiKey: ${canaries.yaml} }`,
    '  backup: { api: openai, baseUrl: "http://127.0.0.1:9/v1", apiKey: "${BACKUP_KEY}" }',
    `channels: { telegram: { token: "${canaries.botToken}", allow: [${owner}, ${otherOwner}], guests: [${guestId}], apiRoot: "${bot.apiRoot}" } }`,
    `web: { allowPrivate: ["${outerAddress}"], search: "${options.search ?? 'off'}" }`,
    ...options.config,
  ])
  keep('.env', [`MAIL_PASSWORD='${canaries.dotEnv}'`])
  let printed = ''
  let daemon: ChildProcess | undefined
  let running: WhileRunning = (wait) => wait
  const start = async (): Promise<void> => {
    const environment = {
      ...startEnvironment,
      CLOUD_TOKEN: canaries.environment,
      CREDENTIALS_DIRECTORY: join(root, 'credentials'),
      ...options.environment,
    }
    daemon = spawn(process.execPath, [options.program ?? main, '--home', home, 'run'], { env: environment })
    for (const stream of [daemon.stdout, daemon.stderr])
      stream?.on('data', (data: Buffer) => (printed += data.toString()))
    running = whileRunning(daemon)
    await running(bot.untilPolled())
  }
  const kill = async (): Promise<void> => {
    if (daemon === undefined || daemon.exitCode !== null || daemon.signalCode !== null) return
    const exit = once(daemon, 'exit')
    daemon.kill('SIGKILL')
    await exit
  }
  t.teardown(async () => {
    await kill()
    cameOut('printed', printed)
    cameOut('sent to Telegram', JSON.stringify(bot.calls.map(({ method, parameters }) => [method, parameters])))
    for (const { text, headers } of provider.requests) {
      // The key goes to whom it belongs, in the one header that is for it.
      const { authorization: _, ...others } = headers
      cameOut('sent to the provider', JSON.stringify(others) + text)
    }
    await provider.close()
    await bot.stop()
  })
  await start()
  let turns = 0
  const questions = (chat = owner) => bot.chat(chat).filter(({ text }) => text.startsWith('May I do this?'))
  return {
    home,
    workspace: join(home, 'workspace'),
    bot,
    provider,
    outer,
    questions,
    asked: (count, chat = owner) => until(() => questions(chat).length >= count, `question ${count}`),
    kill,
    start,
    async turn(replies, { text, from = owner, chat = from, fields, meanwhile, endsWith } = {}) {
      const end = `That was turn ${++turns}.`
      const script: readonly Scripted[] = [...replies.map((calls) => ({ calls })), { text: end }]
      provider.will(script)
      const before = provider.requests.length
      const askedBefore = questions(chat).length
      const saidBefore = bot.botTexts(chat).filter((each) => early.test(each)).length
      bot.say({ from, chat, text: text ?? `go ${turns}`, ...(fields === undefined ? {} : { fields }) })
      await meanwhile?.(askedBefore)
      const isOver = (): boolean =>
        bot.botTexts(chat).some((each) => each.includes(endsWith ?? end)) ||
        bot.botTexts(chat).filter((each) => early.test(each)).length > saidBefore
      await running(bot.until(isOver))
      const sent = provider.requests.slice(before).map(({ body }) => v.parse(sentMessages, body['messages']))
      // What is left of the script when a turn ends early must not answer the next one.
      for (let left = script.length - sent.length; left > 0; left--) provider.skip()
      const newest = sent.at(-1) ?? []
      const own = newest.slice(newest.findLastIndex(({ role }) => role === 'user'))
      return own.filter(({ role }) => role === 'tool').map(({ content }) => String(content))
    },
    async command(text, from = owner, chat = from) {
      // What a turn shows of itself meanwhile is no answer.
      const answers = () => bot.botTexts(chat).filter((each) => !/^(Working on it|May I do this)/.test(each))
      const before = answers().length
      bot.say({ from, chat, text: chat < 0 ? text.replace(/^\/\w+/, '$&@pincer_bot') : text })
      await running(bot.until(() => answers().length > before))
      return answers().at(-1) ?? ''
    },
    async press(button, { from = owner, chat = owner, messageId } = {}) {
      const press = bot.press({ from, chat, button, ...(messageId === undefined ? {} : { messageId }) })
      await until(() => bot.pressAnswer(press) !== undefined, 'the answer to the press')
      return JSON.stringify(bot.pressAnswer(press))
    },
  }
}
