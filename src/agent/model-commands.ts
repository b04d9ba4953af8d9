import { nearest } from '../nearest.ts'
import { type Command, type CommandReply, failure } from './command.ts'
import type { Chat } from './chosen-models.ts'
import { firstWords } from './first-words.ts'
import type { Line, ModelChoice } from './model-choice.ts'

export type ModelCommandParts = Pick<ModelChoice, 'names' | 'line' | 'tokensLine' | 'choose'>

/** Seeing and choosing who answers in a chat. */
export function modelCommands(choice: ModelCommandParts): Record<string, Command> {
  return {
    model: {
      usage: '/model [name|default]',
      help: 'which model answers here, and choosing another',
      run: async (words, message) => (words === '' ? shown(choice, message) : choose(choice, words, message)),
    },
  }
}

function shown(choice: ModelCommandParts, where: Chat): string {
  const { ids, isChosen, now } = choice.line(where)
  const others = choice.names().filter((name) => name !== ids[0])
  const lines = [
    `This chat has ${inOrder(ids)}${isChosen ? ', chosen with /model' : ''}.`,
    now === undefined ? 'Nobody answers now: the tokens of today are used up.' : `Now answers ${now}.`,
    choice.tokensLine(),
    others.length === 0 ? undefined : `/model NAME chooses for this chat: ${others.join(', ')}.`,
    isChosen ? '/model default goes back to the configured models.' : undefined,
  ]
  return lines.filter((line) => line !== undefined).join('\n')
}

async function choose(choice: ModelCommandParts, words: string, where: Chat): Promise<string | Partial<CommandReply>> {
  const names = choice.names()
  const wanted = words.toLowerCase()
  if (wanted === 'default') {
    await choice.choose(where, undefined)
    return `This chat has the configured models again: ${inOrder(choice.line(where).ids)}.`
  }
  const name = names.find((each) => each.toLowerCase() === wanted)
  if (name === undefined) {
    const close = nearest(words, [...names, 'default'])
    const hint = close === undefined ? `Write one of: ${names.join(', ')}, default.` : `Did you mean /model ${close}?`
    return failure(`I have no model "${firstWords(words)}" configured. ${hint}`)
  }
  await choice.choose(where, name)
  return `In this chat answers ${inOrder(choice.line(where).ids)} from now on. /model default goes back.`
}

/** `a, then b, then c`: the later ones answer where those before them cannot. */
function inOrder(ids: Line['ids']): string {
  return ids.join(', then ')
}
