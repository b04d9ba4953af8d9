import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PincerError } from './errors.ts'
import { limits } from './limits.ts'

/** A timer that has been started. `cancel` may be called any number of times. */
export interface Timer {
  cancel(): void
}

/**
 * All time comes through this port, so that tests can turn the clock.
 * Durations, deadlines and rates use `monotonicMs`; only what people read or what must survive a reboot uses `nowMs`.
 */
export interface Clock {
  /** Wall clock, milliseconds since 1970. May jump in both directions. */
  nowMs(): number
  /**
   * Whether something that knows the time has set the wall clock since the board started: a battery, or the network. A
   * board without a battery starts with the time at which it last wrote that down, hours or days too early.
   */
  wallIsSet(): boolean
  /** Milliseconds since the machine booted. Never jumps. Comparable between processes of one boot. */
  monotonicMs(): number
  /** Identifies this boot of the machine: monotonic times of another boot cannot be compared. */
  readonly bootId: string
  /** Calls `callback` once, after `delayMs`. */
  after(delayMs: number, callback: () => void): Timer
}

/** Waits `delayMs`; rejects with the code `stopped` as soon as `signal` aborts. */
export function sleep(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(new PincerError('stopped', 'The wait was stopped.'))
      return
    }
    const onAbort = (): void => {
      timer.cancel()
      reject(new PincerError('stopped', 'The wait was stopped.'))
    }
    const timer = clock.after(delayMs, () => {
      signal.removeEventListener('abort', onAbort)
      resolve()
    })
    signal.addEventListener('abort', onAbort, { once: true })
  })
}

export function createSystemClock(): Clock {
  return {
    nowMs: () => Date.now(),
    wallIsSet: () => wallIsSet('/', Date.now()),
    // CLOCK_MONOTONIC counts from boot on Linux, so a restarted process can compare it within one boot.
    monotonicMs: () => Number(process.hrtime.bigint() / 1_000_000n),
    bootId: readBootId(),
    after(delayMs, callback) {
      // Beyond this setTimeout would call back at once.
      const handle = setTimeout(callback, Math.min(delayMs, 2 ** 31 - 1))
      return { cancel: () => clearTimeout(handle) }
    },
  }
}

/**
 * This clock, which counts as set also once the kernel has said for once that something keeps it: that it says no more
 * when the network is gone for hours. Asked while nothing else tells it.
 */
export function askingKernel(clock: Clock, isKept: () => boolean): Clock {
  let wasKept = false
  return {
    nowMs: () => clock.nowMs(),
    wallIsSet: () => clock.wallIsSet() || (wasKept ||= isKept()),
    monotonicMs: () => clock.monotonicMs(),
    bootId: clock.bootId,
    after: (delayMs, callback) => clock.after(delayMs, callback),
  }
}

/**
 * `root`: where /run and /sys stand. chrony and ntpd leave nothing there, but where the board has a clock chip the kernel
 * copies their time into it every 11 minutes, and the two agree; where it has none, the kernel must be asked.
 */
export function wallIsSet(root: string, nowMs: number): boolean {
  // Made by systemd-timesyncd when a time server has answered.
  if (existsSync(join(root, 'run/systemd/timesync/synchronized'))) return true
  try {
    // A clock chip without its battery starts at its own beginning, and the system goes on without it.
    const chipS = Number(readFileSync(join(root, 'sys/class/rtc/rtc0/since_epoch'), 'utf8'))
    return Math.abs(chipS * 1_000 - nowMs) < limits.clockChipToleranceMs
  } catch {
    return false
  }
}

function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    // Without it no two processes are known to share a boot: every restart then counts as a reboot, which is safe.
    return `unknown-${process.pid}-${Date.now()}`
  }
}
