/** A counted act of the last hour, as the audit has it. */
export interface RecalledAct {
  /** The channel and the id in it, as `limits.actsPerHour` counts people. */
  readonly person: string
  /** Wall clock ms. */
  readonly atMs: number
}

/** How a person is counted: the same id may be two people on two channels. */
export function personKey(channel: string, sender: string): string {
  return `${channel}/${sender}`
}

/** The counted act that this line of the audit records; undefined for any other line, also a damaged one. */
export function recalledAct(line: string): RecalledAct | undefined {
  // Most lines are readings: they need not be parsed.
  if (!line.includes('"counts":true')) return undefined
  let record: unknown
  try {
    record = JSON.parse(line)
  } catch {
    return undefined
  }
  if (typeof record !== 'object' || record === null) return undefined
  const { at, channel, sender, counts } = record as Readonly<Record<string, unknown>>
  if (counts !== true || typeof at !== 'string' || typeof channel !== 'string' || typeof sender !== 'string') {
    return undefined
  }
  const atMs = Date.parse(at)
  return Number.isNaN(atMs) ? undefined : { person: personKey(channel, sender), atMs }
}
