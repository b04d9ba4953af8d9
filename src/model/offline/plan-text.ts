import { conditionWords } from './plan-condition-text.ts'
import { daysText } from './plan-days.ts'
import type { PlanTime } from './plan-time.ts'
import { timeText } from './time-of-day.ts'

/** `words` with their time, as a message would say it. */
export function atTime(words: string, time: PlanTime): string {
  return 'when' in time ? `${planTimeText(time)} ${words}` : `${words} ${planTimeText(time)}`
}

/** As a message would say it. */
export function planTimeText(time: PlanTime): string {
  if ('when' in time) return conditionWords(time.when)
  if ('in' in time) return `in ${time.in}`
  if ('every' in time) return `every ${time.every}`
  if ('at' in time) {
    const [, day = '', clock = time.at] = /^(.+) (\S+)$/.exec(time.at) ?? []
    return `${day} at ${clock}`.trim()
  }
  const [minute = '', hour = '', ...rest] = time.cron.split(' ')
  const days = daysText(rest.join(' '))
  const [, from, to, step] = /^(\d+)-(\d+)(?:\/(\d+))?$/.exec(hour) ?? []
  if (from === undefined || to === undefined) {
    const clocks = hour.split(',').map((each) => timeText({ hour: Number(each), minute: Number(minute) }))
    return `${days} at ${clocks.join(' and ')}`
  }
  const minutes = /^\*\/(\d+)$/.exec(minute)?.[1]
  const each = minutes === undefined ? `${step ?? 1}h` : `${minutes}m`
  const ends = minutes === undefined ? [from, to] : [from, Number(to) + 1]
  const clocks = ends.map((end) => timeText({ hour: Number(end), minute: minutes === undefined ? Number(minute) : 0 }))
  return `every ${each} from ${clocks.join(' to ')}${days === 'every day' ? '' : ` ${days}`}`
}
