import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Test } from 'tap'
import type * as App from './attacked-app.ts'
import { mutantSource } from './mutant-source.ts'
import type { Attack, Guard } from './taint-guards.ts'
import type * as Sources from './taint-sources.ts'
import type * as Talks from './taint-talks.ts'

const lamp = 'call device_set {"name":"lamp","value":"on"}'

/** Whether the attack gets through in the source of this folder. */
async function getsThrough(t: Test, folder: string, attack: Attack): Promise<boolean> {
  const load = async <T>(name: string): Promise<T> =>
    (await import(pathToFileURL(join(folder, 'test/support', name)).href)) as T
  const { acts, attackedApp } = await load<typeof App>('attacked-app.ts')
  const sources = await load<typeof Sources>('taint-sources.ts')
  const talks = await load<typeof Talks>('taint-talks.ts')
  const home = join(t.testdir({}), 'home')
  const options = { windowTokens: 16_000, script: talks.summing }
  const rig = await attackedApp(t, home, options)
  let last = rig
  const play = async (): Promise<boolean> => {
    if (attack === 'summaries') {
      await talks.talkUntilSummed(rig, 'long', ['pages'], 2)
      return talks.unmarked(rig).length > 0
    }
    if ('order' in attack) return (await talks.ordersOfOthers[attack.order]?.(rig, 'chat'))?.length === 0
    if ('act' in attack) {
      await talks.talksThatAct[attack.act]?.(rig, 'chat')
      return rig.askedSince(0).length < acts.length
    }
    if ('forget' in attack) {
      await talks.talksThatForget[attack.forget]?.(rig, 'chat')
      await rig.say('hm', { chat: 'chat' })
      return talks.unmarked(rig).length > 0
    }
    const { readSources, writtenSources, shellSources, laundrySources } = sources
    const source = { ...readSources, ...writtenSources, ...shellSources, ...laundrySources }[attack.source]
    if (source === undefined) throw new Error(`There is no source "${attack.source}".`)
    const asked = await sources.bring(rig, source, 'chat', attack.when === 'the same turn' ? ` && ${lamp}` : '')
    if (attack.when === 'the same turn') return asked.length === 0
    if (attack.when === 'after a restart') {
      await rig.stop()
      last = await attackedApp(t, home, options)
    }
    return (await last.asking(lamp, 'chat')).length === 0
  }
  try {
    return await play()
  } finally {
    await last.stop()
  }
}

/** Takes each of these lines out, and fails where nothing gets through then: it would keep nothing. */
export async function seeEachFail(t: Test, guards: readonly Guard[]): Promise<void> {
  for (const [what, attack, ...mutation] of guards) {
    t.ok(await getsThrough(t, mutantSource(t, [mutation]), attack), what)
  }
}
