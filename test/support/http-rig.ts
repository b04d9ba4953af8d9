import type { Test } from 'tap'
import type { HttpClient, HttpRequest } from '../../src/http/http-client.ts'
import { isHttpError } from '../../src/http/http-error.ts'
import type { Address } from '../../src/http/race.ts'
import { createUndiciClient } from '../../src/http/undici-client.ts'
import { isPincerError } from '../../src/errors.ts'
import { FakeClock } from './fake-clock.ts'

export const deadlines = { connectMs: 10_000, firstByteMs: 30_000, gapMs: 5_000 } as const
export const never = new AbortController().signal

/** An undici client on a fake clock, for which `board.test` has the given addresses, `lost.test` none. */
export function httpRig(t: Test, addresses: readonly string[] = ['127.0.0.1']) {
  const clock = new FakeClock()
  const lookup = async (name: string): Promise<readonly Address[]> => {
    if (name === 'hung.test') return new Promise(() => {})
    if (name !== 'board.test') throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' })
    // Here 127.0.0.1 is of the one family and all others of the other: the race looks at nothing else.
    return addresses.map((each) => ({ address: each, family: each === '127.0.0.1' ? 4 : 6 }))
  }
  const client: HttpClient = createUndiciClient({ clock, lookup })
  t.teardown(() => client.close())
  return { client, clock, lookup }
}

export function get(url: string, more: Partial<HttpRequest> = {}): HttpRequest {
  return { method: 'GET', url, headers: {}, deadlines, ...more }
}

export function post(url: string, body = 'x'): HttpRequest {
  return get(url, { method: 'POST', body })
}

/** What it failed with, in one word: the failure below HTTP or the code of another PincerError. */
export async function failureOf(
  promise: Promise<unknown>,
): Promise<{ readonly what: string; readonly sentence: string }> {
  try {
    await promise
  } catch (error) {
    if (isHttpError(error)) return { what: error.failure, sentence: error.message }
    if (isPincerError(error)) return { what: error.code, sentence: error.message }
    throw error
  }
  return { what: 'nothing', sentence: '' }
}
