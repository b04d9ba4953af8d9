import type { IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'

export interface ErrorParameters {
  readonly retry_after?: number
  readonly migrate_to_chat_id?: number
}

/** An answer with `ok: false`, in the words of the real server. */
export class Refusal extends Error {
  readonly status: number
  readonly parameters: ErrorParameters | undefined

  constructor(status: number, description: string, parameters?: ErrorParameters) {
    super(description)
    this.status = status
    this.parameters = parameters
  }
}

/** A refusal with 400. The server begins the reason in lower case, except names such as BUTTON_DATA_INVALID. */
export function badRequest(reason: string, parameters?: ErrorParameters): Refusal {
  const isName = /^.[_A-Z]/.test(reason)
  const words = isName ? reason : reason.slice(0, 1).toLowerCase() + reason.slice(1)
  return new Refusal(400, `Bad Request: ${words}`, parameters)
}

export function tooManyRequests(retryAfterS: number): Refusal {
  return new Refusal(429, `Too Many Requests: retry after ${retryAfterS}`, { retry_after: retryAfterS })
}

export interface Upload {
  readonly name: string
  readonly bytes: Buffer
}

export interface RawRequest {
  readonly values: Readonly<Record<string, unknown>>
  readonly files: ReadonlyMap<string, Upload>
}

/** What was sent, in any of the four ways: query string, urlencoded, JSON, multipart. */
export async function readRequest(request: IncomingMessage, url: URL): Promise<RawRequest> {
  const values: Record<string, unknown> = Object.fromEntries(url.searchParams)
  const files = new Map<string, Upload>()
  const body = await buffer(request)
  const type = request.headers['content-type'] ?? ''
  if (body.length === 0) return { values, files }
  if (type.startsWith('application/json')) return { values: { ...values, ...jsonObject(body.toString('utf8')) }, files }
  if (!/^(?:application\/x-www-form-urlencoded|multipart\/form-data)/.test(type)) {
    // The real server ignores such a body, and then misses what stands in it: a fault in the client either way.
    throw badRequest(`the fake reads no body of type "${type}"`)
  }
  const form = await formOf(body, type)
  for (const [name, value] of form) {
    if (typeof value === 'string') values[name] = value
    else files.set(name, { name: value.name, bytes: Buffer.from(await value.arrayBuffer()) })
  }
  return { values, files }
}

async function formOf(body: Buffer, type: string): Promise<FormData> {
  try {
    return await new Response(body, { headers: { 'content-type': type } }).formData()
  } catch {
    throw badRequest("can't parse form data headers")
  }
}

function jsonObject(text: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw badRequest("can't parse object, ':' expected")
  }
  if (!isObject(value)) throw badRequest('JSON object expected')
  return value
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

type Kind = 'string' | 'integer' | 'boolean' | 'json' | 'chat' | 'file'

/**
 * The parameters of one call. Stricter than the real server, which takes a number for a text and does not see what it
 * does not know: here a parameter of the wrong type, or with a name that the method does not have, is refused.
 */
export class Parameters {
  readonly values: Readonly<Record<string, unknown>>
  readonly #files: ReadonlyMap<string, Upload>

  constructor({ values, files }: RawRequest, kinds: Readonly<Record<string, Kind>>) {
    const read: Record<string, unknown> = {}
    for (const [name, value] of Object.entries(values)) {
      const kind = kinds[name]
      if (kind === undefined) throw badRequest(`the fake knows no parameter "${name}" of this method`)
      if (value !== null) read[name] = typed(name, kind, value)
    }
    const attached = JSON.stringify(values)
    for (const name of files.keys()) {
      if (kinds[name] !== 'file' && !attached.includes(`attach://${name}`)) {
        throw badRequest(`the fake knows no file "${name}" of this method`)
      }
    }
    this.values = read
    this.#files = files
  }

  text(name: string): string | undefined {
    const value = this.values[name]
    return typeof value === 'string' ? value : undefined
  }

  number(name: string): number | undefined {
    const value = this.values[name]
    return typeof value === 'number' ? value : undefined
  }

  flag(name: string): boolean {
    return this.values[name] === true
  }

  json(name: string): unknown {
    return this.values[name]
  }

  /** A file that was sent along, or the text (an id or an address) that stands for one. */
  file(name: string): Upload | string | undefined {
    const value = this.values[name]
    if (typeof value !== 'string') return this.#files.get(name)
    return value.startsWith('attach://') ? this.#files.get(value.slice('attach://'.length)) : value
  }
}

function typed(name: string, kind: Kind, value: unknown): unknown {
  const wrong = (expected: string): Refusal => badRequest(`the parameter "${name}" must be ${expected}`)
  switch (kind) {
    case 'string':
    case 'file':
      if (typeof value !== 'string') throw wrong('a String')
      if (!value.isWellFormed()) throw badRequest('strings must be encoded in UTF-8')
      return value
    case 'integer':
    case 'chat': {
      if (kind === 'chat' && typeof value === 'string' && value.startsWith('@')) return value
      const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value
      if (!Number.isSafeInteger(number)) throw wrong('an Integer')
      return number
    }
    case 'boolean':
      if (value === true || value === 'true' || value === 'True' || value === '1') return true
      if (value === false || value === 'false' || value === 'False' || value === '0') return false
      throw wrong('a Boolean')
    case 'json':
      if (typeof value === 'string') return parsed(name, value)
      if (typeof value !== 'object') throw wrong('an Object or an Array')
      return value
  }
}

function parsed(name: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw badRequest(`can't parse ${name.replaceAll('_', ' ')} JSON object`)
  }
}
