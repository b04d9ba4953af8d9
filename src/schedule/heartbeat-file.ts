/** What HEARTBEAT.md says: what to look after, and when not to. */
export interface HeartbeatFile {
  /** All of it; empty where it holds only headings and comments. */
  readonly task: string
  readonly quiet: QuietHours | undefined
  /** A line about quiet hours that cannot be understood: the usual ones hold. */
  readonly fault: string | undefined
}

/** Minutes of the local day; it may pass midnight. */
export interface QuietHours {
  readonly fromMinute: number
  readonly toMinute: number
}

export const usualQuietHours: QuietHours = { fromMinute: 22 * 60, toMinute: 7 * 60 }

export function readHeartbeatFile(text: string): HeartbeatFile {
  const plain = text.replaceAll(/<!--[\s\S]*?-->/g, '')
  const lines = plain.split('\n').map((line) => line.trim())
  const hours = lines.find(isAboutQuiet)
  const found = hours === undefined ? usualQuietHours : readHours(hours)
  const tasks = lines.filter((line) => line !== '' && !line.startsWith('#') && !isAboutQuiet(line))
  return {
    task: tasks.length === 0 ? '' : plain.trim(),
    quiet: found === 'off' ? undefined : (found ?? usualQuietHours),
    fault: found === undefined ? hours : undefined,
  }
}

/** When they end, for example `07:00`. */
export function quietEnd({ toMinute }: QuietHours): string {
  const two = (part: number): string => String(part).padStart(2, '0')
  return `${two(Math.floor(toMinute / 60))}:${two(toMinute % 60)}`
}

export function isQuiet(quiet: QuietHours | undefined, nowMs: number): boolean {
  if (quiet === undefined) return false
  const now = new Date(nowMs)
  const minute = now.getHours() * 60 + now.getMinutes()
  const { fromMinute, toMinute } = quiet
  if (fromMinute <= toMinute) return minute >= fromMinute && minute < toMinute
  return minute >= fromMinute || minute < toMinute
}

function isAboutQuiet(line: string): boolean {
  return /^(?:[-*]\s*)?quiet hours:/i.test(line)
}

function readHours(line: string): QuietHours | 'off' | undefined {
  const hours = line.slice(line.indexOf(':') + 1).trim()
  if (/^(?:off|none)$/i.test(hours)) return 'off'
  const [, fromHour, from, toHour, to] = /^(\d{1,2}):(\d\d)\s*[-–]\s*(\d{1,2}):(\d\d)$/.exec(hours) ?? []
  const fromMinute = minuteOf(fromHour, from)
  const toMinute = minuteOf(toHour, to)
  return fromMinute === undefined || toMinute === undefined ? undefined : { fromMinute, toMinute }
}

function minuteOf(hour: string | undefined, minute: string | undefined): number | undefined {
  if (hour === undefined || minute === undefined || Number(hour) > 24 || Number(minute) > 59) return undefined
  return Number(hour) * 60 + Number(minute)
}
