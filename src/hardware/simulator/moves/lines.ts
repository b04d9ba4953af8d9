import { findPin } from '../../board.ts'
import type { Outside, SimulatedLine } from '../line.ts'
import type { Move, Stage } from './move.ts'

const outsideByLevel = new Map<string, Outside>([
  ['high', 1],
  ['low', 0],
  ['off', undefined],
])

/** A wire and a meter for any free pin: so that a contact or a relay on a line of one's own can be tried. */
export function lineMoves({ board, wiring, gpio }: Stage): readonly Move[] {
  const wired = [wiring.lamp, wiring.fan, wiring.door]
  const onLine = (rest: readonly string[], run: (line: SimulatedLine, more: string) => string): string => {
    const [typed = '', ...more] = rest
    const line = gpio.line(findPin(board, typed)?.name ?? '')
    return line === undefined
      ? `There is no GPIO line "${typed}" on this board. Try: /sim measure GPIO5.`
      : run(line, more.join(' '))
  }
  return [
    {
      words: ['drive'],
      form: 'drive GPIO5 high|low|off',
      run: (rest) =>
        onLine(rest, (line, level) => {
          const load = wired.find((each) => each.line === line.name)
          if (load !== undefined) return `${line.name} is wired to the ${load.name}: nothing else can drive it.`
          if (!outsideByLevel.has(level))
            return `"${level}" is no level. Try: /sim drive ${line.name} high, low or off.`
          line.connect([{ inMs: 0, outside: outsideByLevel.get(level) }])
          return level === 'off'
            ? `Nothing drives ${line.name} from outside now.`
            : `${line.name} is driven ${level} from outside.`
        }),
    },
    {
      words: ['measure'],
      form: 'measure GPIO5',
      run: (rest) =>
        onLine(rest, (line) => `${line.name} is ${line.pinLevel() === 1 ? 'high' : 'low'} (${line.direction}).`),
    },
  ]
}
