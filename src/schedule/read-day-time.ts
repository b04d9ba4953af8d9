/** Days and times of day in words: `7`, `7:30 pm`, `07:00:30`, `noon`; `monday`, `weekdays`, `tue and thu`. */

/** Seconds from the start of the day, below 86,400; undefined: that is no time of day. */
export function readDayTime(text: string): number | undefined {
  const written = text.trim().toLowerCase()
  if (written === 'noon' || written === 'midday') return 12 * 3_600
  if (written === 'midnight') return 0
  const form = /^(\d{1,2})(?::(\d{2})(?::(\d{2})(?:\.\d+)?)?)?\s*(?:(a|p)\.?m\.?|o'clock)?$/
  const [found, hourText = '', minuteText = '0', secondText = '0', half] = form.exec(written) ?? []
  if (found === undefined) return undefined
  const [minute, second] = [Number(minuteText), Number(secondText)]
  let hour = Number(hourText)
  if (half !== undefined) {
    if (hour < 1 || hour > 12) return undefined
    hour = (hour % 12) + (half === 'p' ? 12 : 0)
  }
  return hour > 23 || minute > 59 || second > 59 ? undefined : hour * 3_600 + minute * 60 + second
}

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']

/** 0 is Sunday. Whole names, the first three letters, with or without an s. */
export function readWeekday(text: string): number | undefined {
  const written = text.trim().toLowerCase()
  const index = weekdays.findIndex(
    (day) =>
      written === day ||
      written === `${day}s` ||
      (written.length >= 3 && written.length <= 5 && day.startsWith(written)),
  )
  return index < 0 ? undefined : index
}

/** The weekdays of a cron expression for `day`, `weekdays`, `mon, wed and fri`; undefined: no such words. */
export function readDays(text: string): string | undefined {
  const written = text.trim().toLowerCase()
  if (written === 'day' || written === 'daily') return '*'
  if (/^(weekdays?|work(ing )?days?)$/.test(written)) return '1-5'
  if (/^weekends?$/.test(written)) return '0,6'
  const days = written.split(/\s*(?:,\s*and\b|,|&|\band\b)\s*/).map(readWeekday)
  if (days.includes(undefined) || new Set(days).size < days.length) return undefined
  return days.toSorted((a = 0, b = 0) => a - b).join(',')
}
