const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const
const shortNames: readonly string[] = weekdays.map((day) => day.slice(0, 3).toLowerCase())

/** The expressions that people use most, in words; any other as it is: `cron 5 4 1-7 * mon`. */
export function cronText(expression: string): string {
  const fields = expression.trim().split(/\s+/)
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields
  const times = timesText(minute, hour)
  const days = daysOf(day, weekday)
  if (fields.length !== 5 || month !== '*' || times === undefined || days === undefined) {
    return `cron ${fields.join(' ')}`
  }
  return days === 'every day' && times.startsWith('every') ? times : `${days} ${times}`
}

/** `at 07:00 and 19:00`, `every hour at minute 5`, `every 30 minutes from 08:00 to 19:30`. */
function timesText(minute: string, hour: string): string | undefined {
  const hours = hour.split(',')
  if (isNumber(minute) && hours.every(isNumber)) {
    const clocks = hours.map((each) => clockText(each, minute))
    return `at ${[clocks.slice(0, -1).join(', '), clocks.at(-1)].filter((each) => each !== '').join(' and ')}`
  }
  const [range, first, last, step = '1'] = /^(?:(\d{1,2})-(\d{1,2})|\*)(?:\/(\d{1,2}))?$/.exec(hour) ?? []
  if (range === undefined) return undefined
  const minutes = /^\*\/(\d{1,2})$/.exec(minute)?.[1]
  if (minutes !== undefined && step === '1' && 60 % Number(minutes) === 0) {
    return `every ${minutes} minutes${stretchText(first, '0', last, String(60 - Number(minutes)))}`
  }
  if (!isNumber(minute)) return undefined
  const every = step === '1' ? 'every hour' : `every ${step} hours`
  if (first !== undefined && last !== undefined) {
    const end = Number(last) - ((Number(last) - Number(first)) % Number(step))
    return `${every}${stretchText(first, minute, String(end), minute)}`
  }
  // What does not fit into a day begins anew at midnight.
  return 24 % Number(step) === 0 ? `${every} at minute ${Number(minute)}` : undefined
}

/** The first and the last time of a day; nothing where it is all day long. */
function stretchText(firstHour = '', firstMinute = '', lastHour = '', lastMinute = ''): string {
  return firstHour === '' ? '' : ` from ${clockText(firstHour, firstMinute)} to ${clockText(lastHour, lastMinute)}`
}

function clockText(hour: string, minute: string): string {
  return `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`
}

/** `every weekday`, `on day 15 of every month`. */
function daysOf(day: string, weekday: string): string | undefined {
  if (day !== '*') return weekday === '*' && isNumber(day) ? `on day ${Number(day)} of every month` : undefined
  const days = daysText(weekday)
  return days === undefined ? undefined : `every ${days}`
}

function daysText(field: string): string | undefined {
  if (field === '*') return 'day'
  const known = {
    '1-5': 'weekday',
    'mon-fri': 'weekday',
    '0,6': 'weekend day',
    '6,0': 'weekend day',
    'sat,sun': 'weekend day',
  }
  const whole = Object.entries(known).find(([text]) => text === field.toLowerCase())
  if (whole !== undefined) return whole[1]
  const names = field.split(',').map(dayName)
  return names.every((name) => name !== undefined) ? names.join(' and ') : undefined
}

function dayName(text: string): string | undefined {
  if (/^[0-7]$/.test(text)) return weekdays[Number(text) % 7]
  return weekdays[shortNames.indexOf(text.toLowerCase())]
}

function isNumber(text: string): boolean {
  return /^\d{1,2}$/.test(text)
}
