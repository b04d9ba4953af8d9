const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const
const shortNames: readonly string[] = weekdays.map((day) => day.slice(0, 3).toLowerCase())

/** The expressions that people use most, in words; any other as it is: `cron 5 4 1-7 * mon`. */
export function cronText(expression: string): string {
  const fields = expression.trim().split(/\s+/)
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields
  const otherwise = `cron ${fields.join(' ')}`
  if (fields.length !== 5 || month !== '*' || !isNumber(minute)) return otherwise
  if (hour === '*' && day === '*' && weekday === '*') return `every hour at minute ${Number(minute)}`
  if (!isNumber(hour)) return otherwise
  const at = `at ${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`
  if (day !== '*') return weekday === '*' && isNumber(day) ? `on day ${Number(day)} of every month ${at}` : otherwise
  const days = daysText(weekday)
  return days === undefined ? otherwise : `every ${days} ${at}`
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
