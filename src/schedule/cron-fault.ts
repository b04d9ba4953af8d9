interface FieldRule {
  readonly name: string
  readonly min: number
  readonly max: number
  /** The last value, where `max` is another writing of `min`. */
  readonly last?: number
  /** Names that stand for `min` and what follows it. */
  readonly words?: readonly string[]
}

const fieldRules: readonly FieldRule[] = [
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day of the month', min: 1, max: 31 },
  {
    name: 'month',
    min: 1,
    max: 12,
    words: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  },
  { name: 'day of the week', min: 0, max: 7, last: 6, words: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
]
const secondRule: FieldRule = { name: 'second', min: 0, max: 59 }

/**
 * What is wrong with the fields (lower case) of a cron expression, for people, or undefined. Also what cron-parser would
 * take in a sense that nobody means: `jan1` as November, three fields as the last three.
 */
export function cronFault(fields: readonly string[]): string | undefined {
  if (fields.length !== 5 && fields.length !== 6) {
    return `it has ${fields.length} ${fields.length === 1 ? 'field' : 'fields'}; expected five (minute, hour, day of the month, month, day of the week), for example "30 7 * * 1-5"`
  }
  const rules = fields.length === 6 ? [secondRule, ...fieldRules] : fieldRules
  for (const [index, rule] of rules.entries()) {
    const field = fields[index] ?? ''
    for (const item of field.split(',')) {
      const fault = itemFault(item, rule)
      if (fault !== undefined) return fault
    }
    if (/[#?]/.test(field) && field.includes(',')) return `"#" and "?" cannot stand in a list, as they do in "${field}"`
  }
  return undefined
}

function itemFault(item: string, rule: FieldRule): string | undefined {
  if (rule.name === 'day of the month' && item === 'l') return undefined
  if (rule.name === 'day of the week' && /^\w+(?:l|#.*)$/.test(item)) return nthWeekdayFault(item, rule)
  const { any, from, to, step } = itemForm.exec(item)?.groups ?? {}
  const first = from === undefined ? undefined : valueOf(from, rule)
  const last = to === undefined ? first : valueOf(to, rule)
  if (any === undefined && (first === undefined || last === undefined)) {
    return `the ${rule.name} is "${item}"; ${expected(rule)}`
  }
  if (first !== undefined && last !== undefined && first > last) {
    return `the ${rule.name} runs backwards in "${item}"; write ${first}-${rule.last ?? rule.max},${rule.min}-${last}`
  }
  if (step !== undefined && Number(step) === 0)
    return `the ${rule.name} has steps of 0 in "${item}"; expected 1 or more`
  return undefined
}

const itemForm = /^(?:(?<any>[*?])|(?<from>[a-z0-9]+)(?:-(?<to>[a-z0-9]+))?)(?:\/(?<step>\d{1,4}))?$/

function nthWeekdayFault(item: string, rule: FieldRule): string | undefined {
  const [, day = ''] = /^([a-z]{3}|\d)(?:l|#[1-5])$/.exec(item) ?? []
  if (valueOf(day, rule) !== undefined) return undefined
  return `the day of the week is "${item}"; expected for example 5#1 for the first Friday of the month, up to 5#5, or 5L for its last`
}

function expected({ min, max, words }: FieldRule): string {
  const named = words === undefined ? '' : ` (or ${words[0]} to ${words.at(-1)})`
  return `expected ${min} to ${max}${named}, a list "1,2", a range "1-5", * or a step "*/5"`
}

function valueOf(text: string, { min, max, words = [] }: FieldRule): number | undefined {
  const word = words.indexOf(text)
  const value = word >= 0 ? word + min : /^\d{1,2}$/.test(text) ? Number(text) : -1
  return value >= min && value <= max ? value : undefined
}
