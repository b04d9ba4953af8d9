import { formatLocalTime, formatWallTime, localDay, nextLocalDayMs } from '../local-time.ts'
import type { Calendar } from './calendar.ts'

/**
 * When something runs, as a person reads it: `tomorrow 07:00`, later `Tuesday 2026-11-24 07:00`, in the person's own zone,
 * which is the process's. Seconds only where there are any.
 */
export function momentText(atMs: number, nowMs: number): string {
  const whole = exactLocalTime(atMs)
  const day = localDay(atMs)
  const time = whole.slice(whole.indexOf(day) + day.length + 1)
  if (day === localDay(nowMs)) return `today ${time}`
  return day === localDay(nextLocalDayMs(nowMs)) ? `tomorrow ${time}` : whole
}

/** For a job in another zone also what clocks show there: `… (Monday 2026-11-23 15:00 in Asia/Tokyo)`. */
export function momentTextWith(atMs: number, nowMs: number, zone: string, calendar: Pick<Calendar, 'wallOf'>): string {
  const there = `${formatWallTime(calendar.wallOf(atMs, zone))}${secondsText(atMs)}`
  return `${momentText(atMs, nowMs)} (${there} in ${zone})`
}

/** With the seconds, where there are any: `Tuesday 2026-11-24 07:00`. */
export function exactLocalTime(atMs: number): string {
  return `${formatLocalTime(atMs)}${secondsText(atMs)}`
}

function secondsText(atMs: number): string {
  const second = Math.floor(atMs / 1_000) % 60
  return second === 0 ? '' : `:${String(second).padStart(2, '0')}`
}
