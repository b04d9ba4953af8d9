import type { Test } from 'tap'
import { openAgent, type AgentRig } from './agent-rig.ts'
import { says, ScriptedModel } from './scripted-model.ts'

/** Answers with the newest words of the person. */
export const parrot = (): ScriptedModel =>
  new ScriptedModel(({ messages }) => {
    const words = messages.findLast((message) => message.role === 'user')
    return says(`re: ${words?.role === 'user' ? words.text : ''}`)
  })

/** A model whose replies wait until the test lets them go. */
export function gatedModel(): { readonly model: ScriptedModel; readonly release: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  const model = new ScriptedModel(async ({ messages }) => {
    await promise
    return says(messages.flatMap((message) => (message.role === 'user' ? [message.text] : [])).join(' + '))
  })
  return { model, release: resolve }
}

/** Lends an agent over a folder of its own to `work`. */
export async function withAgent(
  t: Test,
  model: ScriptedModel,
  work: (rig: AgentRig) => Promise<void>,
  ...more: Parameters<typeof openAgent> extends [unknown, unknown, ...infer Rest] ? Rest : never
): Promise<void> {
  const rig = await openAgent(t.testdir({}), model, ...more)
  await work(rig)
  await rig.close()
  t.same(model.faults, [], 'every request was well-formed')
}
