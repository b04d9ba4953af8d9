import type { Clock } from '../clock.ts'
import { limits } from '../limits.ts'
import { countIn, isJsonObject, listIn, objectIn, parseJson, textIn, type JsonObject } from './json-value.ts'
import type { ProviderAnswer } from './provider-error.ts'

/** What stands in the body of a refusal, or in an error inside a stream. */
export type StatedError = Pick<ProviderAnswer, 'status' | 'retryAfterMs' | 'providerCode' | 'providerMessage'>

/** The status that a named error has when it comes as an answer of its own; inside a stream there is only the name. */
const statusOfCode: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  context_length_exceeded: 400,
  authentication_error: 401,
  invalid_api_key: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  model_not_found: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  enforced_spend_limit_reached: 429,
  rate_limit_exceeded: 429,
  insufficient_quota: 429,
  RESOURCE_EXHAUSTED: 429,
  api_error: 500,
  server_error: 500,
  UNAVAILABLE: 503,
  timeout_error: 504,
  overloaded_error: 529,
}

/** The error that a parsed body holds, in any of the providers' forms; undefined where it holds none. */
export function statedError(body: unknown): StatedError | undefined {
  // Gemini puts the one error into a list.
  const outer = objectIn(Array.isArray(body) ? body[0] : body)
  const stated = outer['error']
  if (typeof stated === 'string') return described({ message: stated })
  if (isJsonObject(stated)) return described(stated)
  const isBare = outer['object'] === 'error' || outer['type'] === 'error' || 'detail' in outer
  return isBare ? described({ ...outer, message: outer['message'] ?? outer['detail'] }) : undefined
}

/** What a refusal with this status, these headers and this body (text) says. */
export function refusal(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
  clock: Clock,
): StatedError {
  const stated = statedError(parseJson(body)) ?? described({ message: body.trim() })
  return { ...stated, status, retryAfterMs: retryAfterMs(headers, clock) ?? stated.retryAfterMs }
}

function described(error: JsonObject): StatedError {
  // The most telling name first: Anthropic tells a spending limit from a rate limit in its details alone, see
  // https://platform.claude.com/docs/en/api/errors. A code that is a number is a status.
  const names = [objectIn(error['details'])['error_code'], error['code'], error['status'], error['type']]
  const providerCode = names.find((name) => textIn(name) !== undefined && !/^\d+$/.test(String(name)))
  const number = countIn(Number(error['code']))
  const status = number >= 400 && number < 600 ? number : statusOfCode[String(providerCode)]
  const details = listIn(error['details']).map(objectIn)
  // Gemini says in its details alone whether a quota is the day's, and how long to wait.
  const quotas = details.flatMap((each) => listIn(each['violations'])).map((each) => textIn(objectIn(each)['quotaId']))
  const said = typeof error['message'] === 'string' ? error['message'] : JSON.stringify(error['message'])
  const message = [said, ...quotas].filter((part) => part !== undefined && part !== '').join(' ')
  const delay = details.map((each) => /^(\d+(?:\.\d+)?)s$/.exec(String(each['retryDelay']))?.[1]).find(Boolean)
  return {
    status,
    retryAfterMs: delay === undefined ? undefined : Math.ceil(Number(delay) * 1_000),
    providerCode: textIn(providerCode),
    providerMessage: textIn(message.slice(0, limits.providerMessageCharsMax)),
  }
}

function retryAfterMs(headers: Readonly<Record<string, string>>, clock: Clock): number | undefined {
  const ms = Number(textIn(headers['retry-after-ms']) ?? Number.NaN)
  if (Number.isFinite(ms)) return Math.max(0, Math.ceil(ms))
  const after = textIn(headers['retry-after'])?.trim()
  if (after === undefined) return undefined
  // Seconds, or the date when to come again.
  const waitMs = /^\d+(\.\d+)?$/.test(after) ? Number(after) * 1_000 : Date.parse(after) - clock.nowMs()
  return Number.isFinite(waitMs) ? Math.max(0, Math.ceil(waitMs)) : undefined
}
