import { nearest } from '../../nearest.ts'
import { climateMoves, describeTime } from './moves/climate.ts'
import { doorMoves, doorState } from './moves/door.ts'
import { describeFaults, faultMoves } from './moves/faults.ts'
import { lineMoves } from './moves/lines.ts'
import type { Move, Stage } from './moves/move.ts'

/** What people type after `/sim`: one of the moves, or nothing or `help` for what there is. Answers in words. */
export function createPlay(stage: Stage): (command: string) => string {
  const groups = [doorMoves(stage), climateMoves(stage), faultMoves(stage), lineMoves(stage)]
  const moves = groups.flat()
  return (command) => {
    const words = command.trim().toLowerCase().split(/\s+/)
    if (words[0] === '' || words[0] === 'help') return describe(stage, groups)
    const move = moves.find((each) => each.words.every((word, index) => word === words[index]))
    if (move !== undefined) return move.run(words.slice(move.words.length))
    return `"${command.trim().slice(0, 60)}" is nothing that can be done here. Try: /sim ${nearestForm(words, moves)}.`
  }
}

/** The form with the first words typed, or those most like them, or one about the same thing. */
function nearestForm(words: readonly string[], moves: readonly Move[]): string {
  const starts = moves.map((move) => move.words.join(' '))
  const start = [words.slice(0, 2).join(' '), words[0] ?? '']
    .map((typed) => nearest(typed, starts))
    .find((found) => found !== undefined)
  const verb = nearest(
    words[0] ?? '',
    moves.map((move) => move.words[0] ?? ''),
  )
  const move =
    moves.find((each) => each.words.join(' ') === start) ??
    moves.find((each) => each.words[0] === verb) ??
    moves.find((each) => words.some((word) => each.form.split(' ').includes(word)))
  return move?.form ?? 'help'
}

function describe(stage: Stage, groups: readonly (readonly Move[])[]): string {
  const { wiring, world, gpio } = stage
  const { temperatureC, humidityPercent, pressurePa, soilWet, lightLux } = world.climate()
  const nudge = world.nudge()
  const lamp = gpio.line(wiring.lamp.line)?.drivenLevel() === 1 ? 'on' : 'off'
  const fan = gpio.line(wiring.fan.line)?.drivenLevel() === 0 ? 'on' : 'off'
  const faults = describeFaults(stage)
  const lines = [
    `The simulated world: ${describeTime(world)}.`,
    `  ${wiring.room.name} ${temperatureC.toFixed(1)} °C, ${humidityPercent.toFixed(0)} %, ${(pressurePa / 100).toFixed(1)} hPa` +
      (nudge === undefined ? '' : `, ${nudge.doing} to ${nudge.targetC} °C`),
    `  ${wiring.lamp.name} ${lamp}, ${wiring.fan.name} ${fan}, ${wiring.door.name} ${doorState(stage)}`,
    `  ${wiring.analog.soil.name} ${(soilWet * 100).toFixed(0)} % wet, ${wiring.analog.light.name} ${lightLux.toFixed(0)} lux`,
    ...(faults.length === 0 ? [] : [`  broken: ${faults.join(', ')}`]),
    'What can be done, each after /sim:',
    ...groups.map((moves) => `  ${moves.map((move) => move.form).join(', ')}`),
  ]
  return lines.join('\n')
}
