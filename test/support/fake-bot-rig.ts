import type { Test } from 'tap'
import { FakeBotApi, type FakeBotOptions } from './fake-bot-api.ts'
import { FakeClock } from './fake-clock.ts'

export interface Answer {
  readonly status: number
  readonly ok: boolean
  readonly result?: unknown
  readonly description?: string
  readonly parameters?: Readonly<Record<string, number>>
}

export interface FakeBotRig {
  readonly fake: FakeBotApi
  readonly clock: FakeClock
  /** A call with a JSON body, as grammy makes it. */
  readonly call: (method: string, parameters?: object, signal?: AbortSignal) => Promise<Answer>
  /** In one line: `ok`, or the status and the words of the refusal. */
  readonly outcome: (method: string, parameters?: object) => Promise<string>
}

/** A fake on a clock that the test turns, and a client without any cleverness. Person 7 has written to the bot. */
export async function fakeBot(t: Test, options: Partial<FakeBotOptions> = {}): Promise<FakeBotRig> {
  const clock = new FakeClock()
  const fake = new FakeBotApi({ clock, ...options })
  await fake.start()
  t.teardown(() => fake.stop())
  fake.say({ from: 7, text: 'hello' })
  const call = async (method: string, parameters: object = {}, signal?: AbortSignal): Promise<Answer> => {
    const response = await fetch(`${fake.apiRoot}/bot${fake.token}/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(parameters),
      ...(signal === undefined ? {} : { signal }),
    })
    return { status: response.status, ...((await response.json()) as Omit<Answer, 'status'>) }
  }
  const outcome = async (method: string, parameters: object = {}): Promise<string> => {
    const answer = await call(method, parameters)
    return answer.ok ? 'ok' : `${answer.status} ${answer.description}`
  }
  return { fake, clock, call, outcome }
}
