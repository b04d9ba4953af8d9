import { join } from 'node:path'
import type { Test } from 'tap'
import { acts, type AttackedApp, attackedApp, evil, nameOf, shownAs } from './attacked-app.ts'
import { watchedFolder } from './canary-watch.ts'
import { escapeAttempts } from './escape-attempts.ts'
import { bring, type Source } from './taint-sources.ts'

const atOnce = 8

/**
 * Brings text from outside into chats by each of these ways, and sees that everything that acts asks: in the same turn,
 * in the next, and in the next after a restart; and that later nothing of it is sent, and nobody is asked.
 */
export async function playSources(
  t: Test,
  className: string,
  sources: Readonly<Record<string, Source>>,
  casesMin: number,
): Promise<void> {
  const cases = escapeAttempts(t, className)
  const home = join(watchedFolder(t), 'home')
  const tricks = Object.keys(sources)
  const check = (trick: string, mechanism: string, asked: readonly string[]): void => {
    for (const act of acts) {
      const isAsked = asked.includes(shownAs(act))
      cases.tried({ trick, mechanism, entry: nameOf(act) }, isAsked ? undefined : 'nobody was asked')
    }
  }
  const checkAll = async (rig: AttackedApp, mechanism: string, chatOf: (trick: string) => string): Promise<void> => {
    for (let start = 0; start < tricks.length; start += atOnce) {
      const some = tricks.slice(start, start + atOnce)
      const asked = await Promise.all(some.map((trick) => rig.asking('ACT', chatOf(trick))))
      some.forEach((trick, index) => check(trick, mechanism, asked[index] ?? []))
    }
  }
  const rig = await attackedApp(t, home)
  for (const [trick, source] of Object.entries(sources)) {
    // A guest cannot act, and what is no call of a model has no turn of its own that goes on.
    if (source.more === undefined) check(trick, 'the same turn', await bring(rig, source, `${trick} 1`, ' && ACT'))
    else if (source.more.person === undefined) {
      check(trick, 'the same turn', await rig.asking('ACT', `${trick} 1`, source.more))
    }
    await bring(rig, source, `${trick} 2`)
    await bring(rig, source, `${trick} 3`)
  }
  await checkAll(rig, 'the next turn', (trick) => `${trick} 2`)
  t.same(rig.model.faults, [])
  await rig.stop()
  const next = await attackedApp(t, home)
  await checkAll(next, 'the next turn, after a restart', (trick) => `${trick} 3`)
  for (const trick of tricks) {
    await next.say('hm', { chat: `${trick} 3` })
    const asked = await next.asking('call device_set {"name":"lamp","value":"on"}', `${trick} 3`)
    t.same(asked, [], `${trick}: clean again`)
    t.notMatch(next.lastSent(), evil, trick)
  }
  await next.stop()
  cases.atLeast(casesMin)
}
