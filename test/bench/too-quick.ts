import { person, startPeers } from './peers.ts'
import { startPolling, type Subject } from './subjects.ts'

export interface TooQuickFigures {
  readonly retryAfterS: number
  /** From the moment at which Telegram allowed it again to the try that it took; below 0: it was tried too early. */
  readonly lateMs: number
}

const retryAfterS = 3

/** Telegram refuses a reply with 429 and says for how long: how late it arrives. */
export async function measureTooQuick(subject: Subject, scratch: string): Promise<TooQuickFigures> {
  const peers = await startPeers(scratch)
  const { bot, provider } = peers
  const running = await startPolling(subject, peers.makeHome(), peers)
  provider.otherwise = { text: 'The late answer.' }
  bot.fail(
    { do: 'refuse', status: 429, description: `Too Many Requests: retry after ${retryAfterS}`, retryAfterS },
    { method: 'sendMessage', chat: person },
  )
  bot.say({ from: person, text: 'question' })
  await running.during(bot.untilSaid(person, 'The late answer.'))
  const [refused, taken] = bot.callsOf('sendMessage')
  if (refused === undefined || taken === undefined) throw new Error('The reply was not refused first.')
  await running.end()
  await peers.stop()
  return { retryAfterS, lateMs: taken.atMs - refused.atMs - retryAfterS * 1_000 }
}
