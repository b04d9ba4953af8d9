import { listIn, objectIn, type JsonObject } from '../../src/model/json-value.ts'
import type { Scripted } from '../support/fake-provider.ts'

/** What the model does with `do TOKEN PLAN.`: r looks, m changes; letters without a blank make one reply. */
interface Step {
  readonly id: string
  readonly changes: boolean
}

type Plan = readonly (readonly Step[])[]

/** A plan for each message in the text. */
function plansOf(text: string): readonly Plan[] {
  return [...text.matchAll(/\bdo (t\d+) ([rm ]*)\./g)].map(([, token = '', plan = '']) => {
    let count = 0
    return plan
      .split(' ')
      .filter((letters) => letters !== '')
      .map((letters) => Array.from(letters, (letter) => ({ id: `${token}-${++count}`, changes: letter === 'm' })))
  })
}

/** Ids of the changes that a message asks for. */
export function changesOf(text: string): readonly string[] {
  const steps = plansOf(text).flat(2)
  return steps.filter((step) => step.changes).map((step) => step.id)
}

/** The messages of the running turn: those behind the last words of the model. */
function presentOf(body: JsonObject): readonly JsonObject[] {
  const messages = listIn(body['messages']).map(objectIn)
  const end = messages.findLastIndex((each) => each['role'] === 'assistant' && each['tool_calls'] === undefined)
  return messages.slice(end + 1)
}

function textOf({ content }: JsonObject): string {
  if (typeof content === 'string') return content
  return listIn(content)
    .map((part) => String(objectIn(part)['text']))
    .join('\n')
}

/** The tokens of the messages that this request is about. */
export function tokensIn(body: JsonObject): readonly string[] {
  const texts = presentOf(body).filter((each) => each['role'] === 'user')
  return texts.flatMap((each) => [...textOf(each).matchAll(/\bdo (t\d+) /g)].map(([, token = '']) => token))
}

/** The next reply of the model: the next steps of every message at once, and at the end the tokens of what was asked. */
export function replyTo(body: JsonObject): Scripted {
  const present = presentOf(body)
  const texts = present.filter((each) => each['role'] === 'user').map(textOf)
  const done = new Set(present.map((each) => each['tool_call_id']))
  const next = texts
    .flatMap(plansOf)
    .flatMap((plan) => plan.find((reply) => reply.some(({ id }) => !done.has(id))) ?? [])
  if (next.length === 0) return { text: `done: ${tokensIn(body).join(', ')}` }
  return {
    calls: next.map(({ id, changes }) =>
      changes
        ? { id, name: 'append_file', arguments: { path: 'marks.txt', content: id } }
        : { id, name: 'search_files', arguments: { pattern: id } },
    ),
  }
}
