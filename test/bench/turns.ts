import { setTimeout as wait } from 'node:timers/promises'
import { join } from 'node:path'
import { readCounters, sizeOfFiles, type Counters } from './counters.ts'
import { countFsyncs } from './fsyncs.ts'
import { person, startPeers, type Peers } from './peers.ts'
import { forgetPages, startPolling, type Running, type Subject } from './subjects.ts'
import { median } from './table.ts'

/** Between the sockets of a plain turn: a question on Telegram, one request to the provider, its answer sent. */
interface TurnTimes {
  /** Message in to model request out. */
  readonly inMs: number
  /** Model reply in to message out. */
  readonly outMs: number
}

/** The medians, and what is written in one turn. */
export interface TurnFigures extends TurnTimes {
  /** Behind all the turns, at rest. */
  readonly memory: Counters
  readonly flash: TurnFlash
}

interface TurnFlash {
  /** By the kernel's count, which is in pages of 4 KiB. */
  readonly writtenBytes: number
  readonly grownBytes: number
  readonly fsyncs: number | string
}

interface Talk {
  readonly peers: Peers
  readonly home: string
  readonly running: Running
  readonly times: TurnTimes[]
}

const warmTurns = 10
const timedTurns = 60
/** Those that have been when memory is read. */
export const turnsBefore = warmTurns + timedTurns
const countedTurns = 20
/** For what is still being compiled or collected behind the last timed turn. */
const calmMs = 10_000
/** A model thinks; what a daemon does meanwhile is not in the way of anybody. */
const thinkMs = 20
/** After this nothing of a turn is left to be written. */
const restMs = 500

/** The subjects take turns, so that whatever else this machine does strikes all of them alike. */
export async function measureTurns(
  subjects: Readonly<Record<'relay' | 'bundle' | 'executable', Subject>>,
  scratch: string,
): Promise<Readonly<Record<'relay' | 'bundle' | 'executable', TurnFigures>>> {
  const talks = {
    relay: await openTalk(subjects.relay, scratch),
    bundle: await openTalk(subjects.bundle, scratch),
    executable: await openTalk(subjects.executable, scratch),
  }
  const all = Object.values(talks)
  for (let index = 0; index < warmTurns; index++) for (const talk of all) await oneTurn(talk, `warm ${index}`)
  for (let index = 0; index < timedTurns; index++) {
    for (const talk of all) talk.times.push(await oneTurn(talk, `question ${index}`))
  }
  return {
    relay: await endTalk(talks.relay, scratch),
    bundle: await endTalk(talks.bundle, scratch),
    executable: await endTalk(talks.executable, scratch),
  }
}

async function endTalk(talk: Talk, scratch: string): Promise<TurnFigures> {
  await wait(calmMs)
  const memory = readCounters(talk.running.pid)
  const flash = await measureFlash(talk, scratch)
  await talk.running.end()
  await talk.peers.stop()
  const { times } = talk
  return { inMs: median(times.map(({ inMs }) => inMs)), outMs: median(times.map(({ outMs }) => outMs)), memory, flash }
}

async function openTalk(subject: Subject, scratch: string): Promise<Talk> {
  const peers = await startPeers(scratch)
  const home = peers.makeHome()
  forgetPages(subject)
  return { peers, home, running: await startPolling(subject, home, peers), times: [] }
}

async function oneTurn({ peers: { bot, provider }, running }: Talk, question: string): Promise<TurnTimes> {
  const asked = Promise.withResolvers<number>()
  const thought = Promise.withResolvers<void>()
  const answer = `The answer to ${question}.`
  provider.will(
    () => {
      asked.resolve(performance.now())
      return { text: answer }
    },
    { beforeHead: thought.promise },
  )
  await running.during(bot.untilPolled())
  const saidMs = performance.now()
  bot.say({ from: person, text: question })
  const askedMs = await running.during(asked.promise)
  await wait(thinkMs)
  const repliedMs = performance.now()
  thought.resolve()
  await running.during(bot.untilSaid(person, answer))
  const sent = bot.callsOf('sendMessage').at(-1)
  if (sent === undefined) throw new Error('The answer came by no call of sendMessage.')
  return { inMs: askedMs - saidMs, outMs: sent.atMs - repliedMs }
}

async function measureFlash(talk: Talk, scratch: string): Promise<TurnFlash> {
  const { running, home } = talk
  const turns = async (words: string): Promise<void> => {
    for (let index = 0; index < countedTurns; index++) await oneTurn(talk, `${words} ${index}`)
    await wait(restMs)
  }
  await wait(restMs)
  const before = { writtenBytes: readCounters(running.pid).writtenBytes, sizeBytes: sizeOfFiles(home) }
  await turns('counted')
  const writtenBytes = readCounters(running.pid).writtenBytes - before.writtenBytes
  const grownBytes = sizeOfFiles(home) - before.sizeBytes
  const fsyncs = await countFsyncs(running.pid, join(scratch, 'strace.txt'), () => turns('traced'))
  return {
    writtenBytes: writtenBytes / countedTurns,
    grownBytes: grownBytes / countedTurns,
    fsyncs: typeof fsyncs === 'number' ? fsyncs / countedTurns : fsyncs,
  }
}
