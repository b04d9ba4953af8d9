import { setTimeout as wait } from 'node:timers/promises'
import { person, startPeers } from './peers.ts'
import { startPolling, type Subject } from './subjects.ts'

export interface KillFigures {
  readonly kills: number
  /** Killed while the provider held its answer: questions that were answered, and answered once. */
  readonly answered: number
  /** Killed when all was quiet again: replies that came twice. */
  readonly sentAgain: number
  /** Killed at the moment at which Telegram had the reply and we did not know it yet: replies that came twice. */
  readonly sentAgainInFlight: number
}

const answeredWithinMs = 20_000
const quietMs = 100
/** What is sent again after a start is sent by then. */
const againMs = 500

/** `kills` times each, kill -9 in mid-turn, behind a reply, and inside the sending of a reply. */
export async function measureKills(subject: Subject, scratch: string, kills: number): Promise<KillFigures> {
  const peers = await startPeers(scratch)
  const { bot, provider } = peers
  const home = peers.makeHome()
  let running = await startPolling(subject, home, peers)
  const killAndStart = async (): Promise<void> => {
    await running.end('SIGKILL')
    running = await startPolling(subject, home, peers)
  }
  const timesSaid = (answer: string): number => bot.botTexts(person).filter((text) => text === answer).length
  const answerWith = (answer: string): void => {
    provider.otherwise = { text: answer }
  }

  let answered = 0
  for (let index = 0; index < kills; index++) {
    const answer = `Answer ${index} in spite of all.`
    answerWith(answer)
    const asked = Promise.withResolvers<void>()
    const neverComes = new Promise<never>(() => undefined)
    provider.will(
      () => {
        asked.resolve()
        return { text: 'Not this one.' }
      },
      { beforeHead: neverComes },
    )
    bot.say({ from: person, text: `question ${index}` })
    await running.during(asked.promise)
    await killAndStart()
    await Promise.race([bot.untilSaid(person, answer), wait(answeredWithinMs)])
    await wait(againMs)
    if (timesSaid(answer) === 1) answered++
  }

  const countSentAgain = async (name: string, afterMs: number): Promise<number> => {
    let again = 0
    for (let index = 0; index < kills; index++) {
      const answer = `Answer ${index} ${name}.`
      answerWith(answer)
      bot.say({ from: person, text: `question ${index}` })
      await running.during(bot.untilSaid(person, answer))
      if (afterMs > 0) await wait(afterMs)
      await killAndStart()
      await wait(againMs)
      again += timesSaid(answer) - 1
    }
    return again
  }
  const sentAgain = await countSentAgain('before the kill', quietMs)
  const sentAgainInFlight = await countSentAgain('in flight', 0)
  await running.end()
  await peers.stop()
  return { kills, answered, sentAgain, sentAgainInFlight }
}
