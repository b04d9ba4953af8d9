/** What a person did, as the audit has it. */
export interface Recalled {
  /** The channel and the id in it: see `personKey`. */
  readonly person: string
  /** Wall clock ms. */
  readonly atMs: number
}

/** How a person is counted: the same id may be two people on two channels. */
export function personKey(channel: string, sender: string): string {
  return `${channel}/${sender}`
}

/** What is counted: calls that `limits.actsPerHour` counts, and the messages of guests. The word is that of the record. */
export type Counted = 'counts' | 'guest'

/** Who did what is counted, when this line of the audit records that; undefined for any other line, also a damaged one. */
export function recalled(line: string, what: Counted): Recalled | undefined {
  // Most lines are readings: they need not be parsed.
  if (!line.includes(`"${what}":true`)) return undefined
  let record: unknown
  try {
    record = JSON.parse(line)
  } catch {
    return undefined
  }
  if (typeof record !== 'object' || record === null) return undefined
  const fields: Readonly<Record<string, unknown>> = { ...record }
  const { at, channel, sender, [what]: isCounted } = fields
  if (isCounted !== true || typeof at !== 'string' || typeof channel !== 'string' || typeof sender !== 'string') {
    return undefined
  }
  const atMs = Date.parse(at)
  return Number.isNaN(atMs) ? undefined : { person: personKey(channel, sender), atMs }
}
