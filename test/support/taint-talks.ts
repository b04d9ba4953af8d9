import type { ModelReply, ModelRequest } from '../../src/model/model.ts'
import { type AttackedApp, evil } from './attacked-app.ts'
import { bob, guest } from './messages.ts'
import { says } from './scripted-model.ts'
import { fetches } from './taint-sources.ts'

/** A way to carry text from outside through a conversation; answers where it may be in view then. */
export type Talk = (rig: AttackedApp, chat: string) => Promise<unknown>

const forwarded = { foreign: 'a forwarded message' }
/** Results of our own that fill a window. */
const long = Array.from({ length: 12 }, (_, count) => `call shell {"command":"seq -f %0100g ${count} ${count + 35}"}`)
const note = (name: string): string => `call write_file ${JSON.stringify({ path: `${name}.md`, content: 'EVIL' })}`

/** A turn of the first message that waits in its middle, until the others were taken. */
async function joining(
  rig: AttackedApp,
  chat: string,
  first: Parameters<AttackedApp['say']>,
  ...others: readonly Parameters<AttackedApp['say']>[]
): Promise<unknown> {
  const hold = rig.hold()
  const running = await rig.accept(first[0], { ...first[1], chat })
  await hold.reached
  const messages = [running]
  for (const [text, more] of others) messages.push(await rig.accept(text, { ...more, chat }))
  hold.release()
  return Promise.all(messages.map((message) => rig.answerTo(message)))
}

async function ofModel(rig: AttackedApp, chat: string, name: string): Promise<void> {
  await rig.say(`/model ${name}`, { chat })
}

/** Behind each of these the text, or what the model wrote about it, is still before its eyes: what acts asks. */
export const talksThatAsk: Readonly<Record<string, Talk>> = {
  'a forwarded message that joins a turn': (rig, chat) => joining(rig, chat, ['HOLD'], [evil, forwarded]),
  'own words that join a turn of a forwarded message': (rig, chat) =>
    joining(rig, chat, ['HOLD', forwarded], ['QUOTE']),
  'own words that join a turn with a page': (rig, chat) => joining(rig, chat, [`${fetches()(rig)} && HOLD`], ['QUOTE']),
  'a forwarded message between own words that wait': async (rig, chat) => {
    await joining(rig, chat, ['HOLD'], ['one'], [evil, forwarded], ['QUOTE'])
  },
  'a guest who speaks while an owner’s turn runs': (rig, chat) =>
    joining(rig, chat, ['HOLD'], [evil, { person: guest }]),
  'a guest who has the page repeated that an owner read': async (rig, chat) => {
    await rig.say(fetches()(rig), { chat })
    await rig.say('QUOTE', { chat, person: guest })
  },
  'what an owner repeated of a guest’s words': async (rig, chat) => {
    await rig.say(evil, { chat, person: guest })
    await rig.say('QUOTE', { chat })
    await rig.say(evil, { chat, person: guest })
  },
  'a page, and another model until now': async (rig, chat) => {
    await rig.say(fetches()(rig), { chat })
    await ofModel(rig, chat, 'offline')
    await ofModel(rig, chat, 'default')
  },
  'a forwarded message that the grammar answered': async (rig, chat) => {
    await ofModel(rig, chat, 'offline')
    await rig.say(evil, { ...forwarded, chat })
    await ofModel(rig, chat, 'default')
  },
  'two refusals that name what was wanted': async (rig, chat) => {
    rig.answerWith(() => 'no')
    const wants = `call shell ${JSON.stringify({ command: 'echo EVIL' })}`
    await rig.say(`${fetches()(rig)} && ${wants} && ${wants}`, { chat })
    rig.answerWith(() => 'yes')
  },
  'the same call three times, and the sentence that names it': (rig, chat) => {
    const reads = `call read_file ${JSON.stringify({ path: 'EVIL' })}`
    return rig.say([fetches()(rig), reads, reads, reads].join(' && '), { chat })
  },
  'a turn that comes to its last call': (rig, chat) =>
    rig.say([fetches()(rig), ...Array.from({ length: 20 }, (_, count) => note(`${count}`))].join(' && '), { chat }),
  'a model that is down behind a page': (rig, chat) => rig.say(`${fetches()(rig)} && ${note('a')} && FAIL`, { chat }),
  'a stop behind a page': async (rig, chat) => {
    const hold = rig.hold()
    const running = await rig.accept(`${fetches()(rig)} && ${note('a')} && HOLD`, { chat })
    await hold.reached
    await rig.say('/stop', { chat })
    await rig.answerTo(running)
  },
}

/** Behind each of these nothing of it is sent any more, and nothing asks. */
export const talksThatForget: Readonly<Record<string, Talk>> = {
  'a new conversation behind a page': async (rig, chat) => {
    await rig.say(fetches()(rig), { chat })
    await rig.say('/new', { chat })
  },
  'a new conversation while a page is in view': async (rig, chat) => {
    const hold = rig.hold()
    await rig.accept(`${fetches()(rig)} && ${note('a')} && HOLD`, { chat })
    await hold.reached
    await rig.say('/new', { chat })
  },
  'a new conversation while a forwarded message waits': async (rig, chat) => {
    const hold = rig.hold()
    await rig.accept('HOLD', { chat })
    await hold.reached
    await rig.accept(evil, { ...forwarded, chat })
    await rig.say('/new', { chat })
  },
  'a turn with another model behind a page': async (rig, chat) => {
    await rig.say(fetches()(rig), { chat })
    await ofModel(rig, chat, 'offline')
    await rig.say('read room', { chat })
    await ofModel(rig, chat, 'default')
    await rig.say('hm', { chat })
  },
  'a model that is down in the turn behind a page': async (rig, chat) => {
    await rig.say(fetches()(rig), { chat })
    await rig.say(`${note('EVIL')} && FAIL`, { chat })
  },
  'words that were repeated turn after turn': async (rig, chat) => {
    await rig.say(`${fetches()(rig)} && QUOTE`, { chat })
    await rig.say('QUOTE', { chat })
    await rig.say('QUOTE', { chat })
  },
  'another owner who has the page repeated': (rig, chat) =>
    joining(rig, chat, [`${fetches()(rig)} && HOLD`], ['QUOTE', { person: bob }]),
  'a page, a guest, and an owner': async (rig, chat) => {
    await rig.say(fetches()(rig), { chat })
    await rig.say('QUOTE', { chat, person: guest })
    await rig.say('hm', { chat })
  },
}

/** The model acts in the very turn into which something comes; answers in which chat. */
export const talksThatAct: Readonly<Record<string, Talk>> = {
  'a page, and own words that join': (rig, chat) => joining(rig, chat, [`${fetches()(rig)} && HOLD`], ['ACT']),
  'a forwarded message that joins, and acts itself': (rig, chat) => joining(rig, chat, ['HOLD'], ['ACT', forwarded]),
  'a forwarded message, and own words that join': (rig, chat) => joining(rig, chat, ['HOLD', forwarded], ['ACT']),
  'a forwarded message among those that join': (rig, chat) =>
    joining(rig, chat, ['HOLD'], ['one'], [evil, forwarded], ['ACT']),
  'a page in a turn that outgrows its window': (rig, chat) =>
    rig.say([fetches()(rig), ...long, 'ACT'].join(' && '), { chat }),
}

/** Orders and addresses that an owner might have written, in messages that are not an owner's own; the calls that were asked for. */
export const ordersOfOthers: Readonly<Record<string, (rig: AttackedApp, chat: string) => Promise<readonly string[]>>> =
  {
    'a forwarded order': async (rig, chat) => {
      await ofModel(rig, chat, 'offline')
      return rig.asking('turn on the lamp', chat, forwarded)
    },
    'an order in the turn behind a forwarded one': async (rig, chat) => {
      await rig.say('turn on the lamp', { ...forwarded, chat })
      return rig.asking('call device_set {"name":"lamp","value":"on"}', chat)
    },
    'a forwarded address': (rig, chat) => {
      const url = rig.pageUrl('/?secret=1')
      return rig.asking(`call web_fetch ${JSON.stringify({ url })} && read ${url}`, chat, forwarded)
    },
    'a forwarded question': (rig, chat) =>
      rig.asking('call web_search {"query":"my secret"} && what is my secret', chat, forwarded),
  }

/** Turns of a chat into which text from outside comes again and again, until it was summed up so often. */
export async function talkUntilSummed(
  rig: AttackedApp,
  chat: string,
  kinds: readonly (keyof typeof wordyTurns)[],
  summariesMin: number,
): Promise<void> {
  const summaries = (): number => rig.model.requests.filter((request) => isSummary(request)).length
  for (let turn = 0; turn < 60 && summaries() < summariesMin; turn++) {
    const [text, more] = wordyTurns[kinds[turn % kinds.length] ?? 'plain'](rig)
    await rig.say(`# ${'word '.repeat(2_000)} && ${text}`, { ...more, chat })
  }
}

const wordyTurns = {
  pages: (rig: AttackedApp) => [fetches()(rig), {}] as const,
  words: () => ['QUOTE', {}] as const,
  guests: () => [evil, { person: guest }] as const,
  plain: () => ['hm', {}] as const,
}

/** A model that puts all that it is shown into a summary. */
export function summing(request: ModelRequest): ModelReply | undefined {
  if (!isSummary(request)) return undefined
  const shown = JSON.stringify(request.messages).includes(evil) ? evil : 'nothing from outside'
  return says(`Standing orders and open promises:\n- none\nNo longer valid:\n- none\nWhat happened:\n${shown}`)
}

function isSummary({ system }: ModelRequest): boolean {
  return system.includes('Write the summary')
}

/** Requests of owners in which the text stood while nothing was marked: what acts would not have asked. */
export function unmarked(rig: AttackedApp): readonly string[] {
  return rig.model.requests.flatMap((request) => {
    // A guest cannot act, and what a guest says is not marked for their own turn.
    if (request.tools.length < 3 && !isSummary(request)) return []
    const sent = JSON.stringify([request.system, request.messages])
    return sent.includes(evil) && request.messages.every(({ foreign }) => foreign === undefined) ? [sent] : []
  })
}
