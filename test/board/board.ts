import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { addonPath } from '../support/built-addon.ts'
import { emulatedCommand } from './emulator/emulated-command.ts'
import { Guest } from './guest/guest.ts'
import type { GuestProgram, ProgramEnd, ProgramOptions } from './guest/guest-program.ts'
import { userModeCommand } from './guest/user-mode.ts'
import { boardKernel } from './kernel/board-kernel.ts'
import { type BoardTree, machineOf } from './kernel/machines.ts'
import { serveDevices } from './outside/vhost-user.ts'
import { VirtualGpio } from './outside/virtual-gpio.ts'
import { VirtualI2c } from './outside/virtual-i2c.ts'
import { VirtualSpi } from './outside/virtual-spi.ts'

/** The lines of a Raspberry Pi's header. */
const lineNames = Array.from({ length: 28 }, (_, offset) => `GPIO${offset}`)

export interface BoardOptions {
  /** A disk image with an ext4 file system: what is synced to it outlives a power cut. */
  readonly disk?: string
  /** What the kernel is told that there is; left out, the board alone. */
  readonly tree?: BoardTree
  /** Connects what is there before the power is switched on: what a device tree names is looked for at once. */
  readonly wire?: (pins: Pick<Board, 'gpio' | 'i2c' | 'spi'>) => void
}

/** A single-board computer with a real Linux kernel, whose pins, buses and power switch are in the test's hands. */
export interface Board {
  readonly gpio: VirtualGpio
  readonly i2c: VirtualI2c
  readonly spi: VirtualSpi
  /** A folder of the host that is /run/shared in the guest, for both to write. */
  readonly sharedFolder: string
  /** Starts a program in the guest: a command that the host has, under the path that it has there. */
  start(command: readonly string[], options?: ProgramOptions): GuestProgram
  /** Runs a program in the guest to its end. */
  run(command: readonly string[], options?: ProgramOptions): Promise<ProgramEnd>
  /** Connections to 127.0.0.1:`port` in the guest come out at 127.0.0.1:`targetPort` outside. */
  forward(port: number, targetPort: number): Promise<void>
  /** Takes the power away at once: memory and pins lose what they had, the disk keeps what was synced. */
  powerCut(): Promise<void>
  /** Boots again after a power cut. */
  powerOn(): Promise<void>
}

/** Who has a board: a test, or whatever else ends at some time. */
export interface BoardHolder {
  /** `work` is to be done at the end. */
  teardown(work: () => Promise<void>): unknown
  /** The board itself has a fault. */
  fail(message: string): unknown
}

/** A board that has booted. It is switched off at the end of the test. */
export async function bootBoard(t: BoardHolder, { disk, tree = 'board', wire }: BoardOptions = {}): Promise<Board> {
  const machine = machineOf(process.env['BOARD_MACHINE'])
  if (machine === 'um' && addonPath === undefined)
    throw new Error('The addon that real pins need is not compiled: run `npm run native`, once.')
  // Sockets have short names, and `t.testdir` may lie deep: their folder is not there.
  const folder = await mkdtemp(join(tmpdir(), 'board-'))
  const sharedFolder = join(folder, 'shared')
  await mkdir(sharedFolder)
  const devices = { gpio: new VirtualGpio(lineNames), i2c: new VirtualI2c(), spi: new VirtualSpi() }
  const { gpio, i2c, spi } = devices
  wire?.(devices)
  const served = await serveDevices(folder, [gpio, i2c, spi], (error) => t.fail(error.message))
  const kernel = await boardKernel(machine)
  const surroundings = { folder, sharedFolder, disk, tree }
  const command =
    machine === 'um'
      ? await userModeCommand(kernel, surroundings)
      : await emulatedCommand(machine, kernel, surroundings)
  let guest: Guest | undefined
  const running = (): Guest => {
    if (guest === undefined) throw new Error('The virtual board is switched off.')
    return guest
  }
  const powerOn = async (): Promise<void> => {
    guest = await Guest.boot({ command, folder })
  }
  const powerCut = async (): Promise<void> => {
    await guest?.powerCut()
    guest = undefined
    // A level that it set in its last moment may still be on its way.
    await served.guestGone()
    for (const device of [gpio, i2c, spi]) device.powerLost()
  }
  t.teardown(async () => {
    await powerCut()
    await served.close()
    await rm(folder, { recursive: true, force: true })
  })
  await powerOn()
  return {
    ...devices,
    sharedFolder,
    start: (command, options) => running().start(command, options),
    run: (command, options) => running().start(command, options).ended,
    forward: (port, targetPort) => running().forward(port, targetPort),
    powerCut,
    powerOn,
  }
}
