import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import type { Level } from '../../../src/hardware/ports.ts'

const configuration = '/sys/kernel/config/gpio-sim'

export interface SimulatedBank {
  readonly label: string
  /** Names of its lines, by their offsets. */
  readonly lines: Readonly<Record<number, string>>
  /** Lines that the kernel itself holds as outputs, by their offsets, under these names. */
  readonly hogs?: Readonly<Record<number, string>>
  readonly size?: number
}

/**
 * A GPIO chip of the kernel's own simulator (Documentation/admin-guide/gpio/gpio-sim.rst), for what the board's chip has
 * not: pulls, several chips, a chip that is unplugged. To be used inside the guest.
 */
export class SimulatedChip {
  readonly #folder: string
  readonly #banks: readonly SimulatedBank[]

  constructor(name: string, banks: readonly SimulatedBank[]) {
    this.#folder = join(configuration, name)
    this.#banks = banks
    mkdirSync(this.#folder)
    for (const [index, { label, lines, hogs = {}, size = 8 }] of banks.entries()) {
      const bank = join(this.#folder, `bank${index}`)
      mkdirSync(bank)
      writeFileSync(join(bank, 'num_lines'), `${size}`)
      writeFileSync(join(bank, 'label'), label)
      for (const offset of new Set([...Object.keys(lines), ...Object.keys(hogs)].map(Number))) {
        const line = join(bank, `line${offset}`)
        mkdirSync(line)
        if (lines[offset] !== undefined) writeFileSync(join(line, 'name'), lines[offset])
        if (hogs[offset] === undefined) continue
        mkdirSync(join(line, 'hog'))
        writeFileSync(join(line, 'hog/name'), hogs[offset])
        writeFileSync(join(line, 'hog/direction'), 'output-low')
      }
    }
    this.plugIn()
  }

  plugIn(): void {
    writeFileSync(join(this.#folder, 'live'), '1')
  }

  unplug(): void {
    writeFileSync(join(this.#folder, 'live'), '0')
  }

  /** Pulls a line from outside. */
  drive(line: string, level: Level): void {
    writeFileSync(this.#attribute(line, 'pull'), level === 1 ? 'pull-up' : 'pull-down')
  }

  /** The level at the pin. */
  measure(line: string): Level {
    return readFileSync(this.#attribute(line, 'value'), 'utf8').trim() === '1' ? 1 : 0
  }

  remove(): void {
    this.unplug()
    for (const [index, { lines, hogs = {} }] of this.#banks.entries()) {
      const bank = join(this.#folder, `bank${index}`)
      for (const offset of new Set([...Object.keys(lines), ...Object.keys(hogs)].map(Number))) {
        if (hogs[offset] !== undefined) rmdirSync(join(bank, `line${offset}/hog`))
        rmdirSync(join(bank, `line${offset}`))
      }
      rmdirSync(bank)
    }
    rmdirSync(this.#folder)
  }

  /** The names of its nodes in /dev. */
  nodes(): readonly string[] {
    return this.#banks.map((_, index) => this.#read(`bank${index}/chip_name`))
  }

  /** The file of a line that is its outside: `pull` or `value`. */
  #attribute(line: string, name: string): string {
    for (const [index, { lines }] of this.#banks.entries()) {
      const offset = Object.entries(lines).find(([, each]) => each === line)?.[0]
      if (offset === undefined) continue
      return `/sys/devices/platform/${this.#read('dev_name')}/${this.nodes()[index]}/sim_gpio${offset}/${name}`
    }
    throw new Error(`The simulated chip has no line ${line}.`)
  }

  #read(file: string): string {
    return readFileSync(join(this.#folder, file), 'utf8').trim()
  }
}

const plugged = { chips: 0 }

/** A chip for one test. */
export function plug(t: Test, ...banks: readonly SimulatedBank[]): SimulatedChip {
  plugged.chips += 1
  const chip = new SimulatedChip(`chip${plugged.chips}`, banks)
  t.teardown(() => chip.remove())
  return chip
}

/**
 * Makes so many edges, the first one rising, on a line that is low and that `consumer` listens to, without letting the event
 * loop run. The kernel's simulator hands an edge on in its own time, and of those that wait it keeps one: so each is waited
 * for.
 */
export function driveEach(chip: SimulatedChip, line: string, consumer: string, edges: number): void {
  for (let edge = 1; edge <= edges; edge += 1) {
    chip.drive(line, edge % 2 === 1 ? 1 : 0)
    while (edgesTheKernelSaw(consumer) < edge);
  }
}

/** As the kernel itself counts the interrupts of the line that `consumer` listens to. */
function edgesTheKernelSaw(consumer: string): number {
  const row = readFileSync('/proc/interrupts', 'utf8')
    .split('\n')
    .find((line) => line.endsWith(` ${consumer}`))
  if (row === undefined) throw new Error(`/proc/interrupts has no row of ${consumer}.`)
  return Number(row.trim().split(/\s+/)[1])
}

const momentMs = 100

/**
 * The kernel counts in its own time, and what it tells takes a moment to arrive. Where a machine stood still meanwhile, all
 * is due at once, and nobody knows in which order: so it is a moment twice.
 */
export async function settle(durationMs = 0): Promise<void> {
  for (const waitMs of [durationMs + momentMs, momentMs]) await new Promise((resolve) => setTimeout(resolve, waitMs))
}

/** Waits until it is so, which is in the kernel's own time. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 1))
}
