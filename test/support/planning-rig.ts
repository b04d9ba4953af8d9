import { join } from 'node:path'
import { attackedApp, type AttackedApp } from './attacked-app.ts'
import { FakeClock } from './fake-clock.ts'
import { lastingFolder } from './lasting-folder.ts'
import { until } from './until.ts'

/** What a model plans, and what of it a person is asked: when it is planned, never when it runs. */
export async function planning(
  t: Test,
): Promise<AttackedApp & { readonly clock: FakeClock; posts(pattern: RegExp): Promise<string> }> {
  const clock = new FakeClock()
  const rig = await attackedApp(t, join(lastingFolder(t), 'home'), { clock })
  t.teardown(() => rig.stop())
  const found = (pattern: RegExp) => rig.posted.find(({ text, answers }) => answers.length === 0 && pattern.test(text))
  return {
    ...rig,
    clock,
    async posts(pattern) {
      await until(() => found(pattern) !== undefined, String(pattern))
      return found(pattern)?.text ?? ''
    },
  }
}

type Test = Parameters<typeof attackedApp>[0]

export const add = (args: object): string => `call schedule_add ${JSON.stringify(args)}`
export const set = (name: string, value: string, more: object = {}) => ({
  tool: 'device_set',
  args: { name, value, ...more },
})
export const minuteMs = 60_000
