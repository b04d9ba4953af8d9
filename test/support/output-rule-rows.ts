import type { OutputView } from '../../src/devices/output-rules.ts'
import type { OutputStatus } from '../../src/devices/output-status.ts'
import type { SwitchConfig } from '../../src/config/config.ts'

/** The moment of every row. */
export const now = 100_000

/** One decision on an output called lamp, and what it must be. */
export interface Row {
  readonly says: string
  readonly config?: Partial<SwitchConfig>
  readonly status?: Partial<OutputStatus>
  readonly rival?: OutputView['rival']
  readonly settling?: OutputView['settling']
  readonly wish: 'on' | 'off'
  readonly forMs?: number
  /** Words that the sentence of a refusal must hold, or the parts of what is allowed. */
  readonly expect: string | { kind: 'switch' | 'keep'; endsMs?: number; latestMs?: number; backMs?: number }
  readonly untilMs?: number
}

export const rows: readonly Row[] = [
  { says: 'an output without limits goes on for ever', wish: 'on', expect: { kind: 'switch' } },
  { says: 'for ends it', wish: 'on', forMs: 5_000, expect: { kind: 'switch', endsMs: now + 5_000 } },
  {
    says: 'maxOn ends it without for',
    config: { maxOnMs: 9_000 },
    wish: 'on',
    expect: { kind: 'switch', endsMs: now + 9_000, latestMs: now + 9_000 },
  },
  {
    says: 'the earlier of maxOn and for holds when for is shorter',
    config: { maxOnMs: 9_000 },
    wish: 'on',
    forMs: 5_000,
    expect: { kind: 'switch', endsMs: now + 5_000, latestMs: now + 9_000 },
  },
  {
    says: 'the earlier of maxOn and for holds when for is longer',
    config: { maxOnMs: 9_000 },
    wish: 'on',
    forMs: 50_000,
    expect: { kind: 'switch', endsMs: now + 9_000, latestMs: now + 9_000 },
  },
  {
    says: 'on again keeps the end',
    config: { maxOnMs: 9_000 },
    status: { state: 'on', sinceMs: now - 1_000, endsMs: now + 8_000, latestMs: now + 8_000 },
    wish: 'on',
    expect: { kind: 'keep', endsMs: now + 8_000, latestMs: now + 8_000 },
  },
  {
    says: 'a new for may shorten',
    status: { state: 'on', sinceMs: now - 1_000, endsMs: now + 8_000 },
    wish: 'on',
    forMs: 2_000,
    expect: { kind: 'keep', endsMs: now + 2_000 },
  },
  {
    says: 'a new for may lengthen where maxOn allows it',
    config: { maxOnMs: 20_000 },
    status: { state: 'on', sinceMs: now - 1_000, endsMs: now + 2_000, latestMs: now + 19_000 },
    wish: 'on',
    forMs: 10_000,
    expect: { kind: 'keep', endsMs: now + 10_000, latestMs: now + 19_000 },
  },
  {
    says: 'a new for never goes beyond maxOn counted from when it went on',
    config: { maxOnMs: 20_000 },
    status: { state: 'on', sinceMs: now - 19_000, endsMs: now + 1_000, latestMs: now + 1_000 },
    wish: 'on',
    forMs: 20_000,
    expect: { kind: 'keep', endsMs: now + 1_000, latestMs: now + 1_000 },
  },
  {
    says: 'minOff refuses on',
    config: { minOffMs: 5_000 },
    status: { sinceMs: now - 1_000 },
    wish: 'on',
    expect: 'lamp stays off for 4s more: minOff 5s.',
    untilMs: now + 4_000,
  },
  {
    says: 'a rest is rounded up',
    config: { minOffMs: 5_000 },
    status: { sinceMs: now - 1_900 },
    wish: 'on',
    expect: 'lamp stays off for 4s more: minOff 5s.',
    untilMs: now + 3_100,
  },
  {
    says: 'minOff is over at its last millisecond',
    config: { minOffMs: 5_000 },
    status: { sinceMs: now - 5_000 },
    wish: 'on',
    expect: { kind: 'switch' },
  },
  {
    says: 'minOff says nothing of an output that was never switched',
    config: { minOffMs: 5_000 },
    wish: 'on',
    expect: { kind: 'switch' },
  },
  {
    says: 'minOn refuses off',
    config: { minOnMs: 5_000 },
    status: { state: 'on', sinceMs: now - 1_000 },
    wish: 'off',
    expect: 'lamp stays on for 4s more: minOn 5s.',
    untilMs: now + 4_000,
  },
  {
    says: 'off is allowed at any rate',
    config: { perMinute: 1 },
    status: { state: 'on', sinceMs: now - 1_000, switchesMs: [now - 3_000, now - 2_000, now - 1_000] },
    wish: 'off',
    expect: { kind: 'switch' },
  },
  {
    says: 'perMinute refuses on after so many switchings',
    config: { perMinute: 2 },
    status: { sinceMs: now - 1_000, switchesMs: [now - 30_000, now - 1_000] },
    wish: 'on',
    expect: 'lamp was switched 2 times within a minute: wait 30s more (perMinute 2).',
    untilMs: now + 30_000,
  },
  {
    says: 'with more switchings than perMinute it waits until enough of them are old',
    config: { perMinute: 2 },
    status: { sinceMs: now - 1_000, switchesMs: [now - 30_000, now - 20_000, now - 1_000] },
    wish: 'on',
    expect: 'wait 40s more',
    untilMs: now + 40_000,
  },
  {
    says: 'a switching of a minute ago no longer counts',
    config: { perMinute: 1 },
    status: { sinceMs: now - 60_000, switchesMs: [now - 60_000] },
    wish: 'on',
    expect: { kind: 'switch' },
  },
  {
    says: 'interlock refuses on while another is on',
    config: { interlock: 'mains' },
    rival: { name: 'heater', state: 'on' },
    wish: 'on',
    expect: 'lamp stays off while heater is on: of the interlock group mains only one may be on.',
  },
  {
    says: 'interlock refuses on while another may be on',
    config: { interlock: 'mains' },
    rival: { name: 'heater', state: 'unknown' },
    wish: 'on',
    expect: 'because heater may be on',
  },
  {
    says: 'dead time refuses on until another has been off for long enough',
    config: { interlock: 'mains' },
    settling: { name: 'heater', untilMs: now + 1_500 },
    wish: 'on',
    expect: 'lamp stays off for 2s more: heater of its interlock group has only just gone off (deadTime).',
    untilMs: now + 1_500,
  },
  {
    says: 'dead time is over at its last millisecond',
    config: { interlock: 'mains' },
    settling: { name: 'heater', untilMs: now },
    wish: 'on',
    expect: { kind: 'switch' },
  },
  {
    says: 'dead time never refuses off',
    config: { interlock: 'mains' },
    status: { state: 'on', sinceMs: now - 1_000 },
    settling: { name: 'heater', untilMs: now + 1_500 },
    wish: 'off',
    expect: { kind: 'switch' },
  },
  {
    says: 'interlock never refuses off',
    config: { interlock: 'mains' },
    status: { state: 'on', sinceMs: now - 1_000 },
    rival: { name: 'heater', state: 'on' },
    wish: 'off',
    expect: { kind: 'switch' },
  },
  {
    says: 'a for shorter than minOn is refused at once',
    config: { minOnMs: 5_000 },
    wish: 'on',
    forMs: 2_000,
    expect: 'lamp cannot be on for only 2s: ask for 5s or more (minOn 5s).',
  },
  {
    says: 'a new for counts minOn from when it went on',
    config: { minOnMs: 5_000 },
    status: { state: 'on', sinceMs: now - 4_000 },
    wish: 'on',
    forMs: 1_000,
    expect: { kind: 'keep', endsMs: now + 1_000 },
  },
  {
    says: 'a for shorter than minOff is refused at once',
    config: { minOffMs: 5_000 },
    status: { state: 'on', sinceMs: now - 9_000 },
    wish: 'off',
    forMs: 2_000,
    expect: 'lamp cannot be off for only 2s',
  },
  {
    says: 'off for a time comes back, for the rest of its time alone',
    status: { state: 'on', sinceMs: now - 1_000, endsMs: now + 60_000 },
    wish: 'off',
    forMs: 10_000,
    expect: { kind: 'switch', backMs: now + 10_000 },
  },
  {
    says: 'off for longer than it would have been on does not come back',
    status: { state: 'on', sinceMs: now - 1_000, endsMs: now + 5_000 },
    wish: 'off',
    forMs: 10_000,
    expect: { kind: 'switch' },
  },
  { says: 'what was off does not come on after a time', wish: 'off', forMs: 10_000, expect: { kind: 'keep' } },
  {
    says: 'off takes back what was still to come',
    status: { sinceMs: now - 1_000, back: { atMs: now + 5_000, endsMs: undefined, latestMs: undefined } },
    wish: 'off',
    expect: { kind: 'keep' },
  },
  {
    says: 'a new for moves what is to come',
    status: { sinceMs: now - 1_000, back: { atMs: now + 5_000, endsMs: undefined, latestMs: undefined } },
    wish: 'off',
    forMs: 9_000,
    expect: { kind: 'keep', backMs: now + 9_000 },
  },
  {
    says: 'an unknown output may be driven safe whatever minOn says',
    config: { minOnMs: 60_000 },
    status: { state: 'unknown', sinceMs: now - 1_000 },
    wish: 'off',
    expect: { kind: 'switch' },
  },
  {
    says: 'an unknown output keeps minOff from the last moment it may have been on',
    config: { minOffMs: 5_000 },
    status: { state: 'unknown', sinceMs: now - 1_000 },
    wish: 'on',
    expect: 'lamp stays off for 4s more',
    untilMs: now + 4_000,
  },
  {
    says: 'what comes from an unknown state does not come back',
    status: { state: 'unknown', sinceMs: now - 1_000 },
    wish: 'off',
    forMs: 10_000,
    expect: { kind: 'switch' },
  },
  {
    says: 'when minOff is over the interlock still holds',
    config: { minOffMs: 5_000, interlock: 'mains' },
    status: { sinceMs: now - 5_000 },
    rival: { name: 'heater', state: 'on' },
    wish: 'on',
    expect: 'while heater is on',
  },
  {
    says: 'an output that is safe when on keeps perMinute when it goes off',
    config: { safe: 'on', perMinute: 1 },
    status: { state: 'on', sinceMs: now - 1_000, switchesMs: [now - 1_000] },
    wish: 'off',
    expect: 'lamp was switched once within a minute: wait 59s more (perMinute 1).',
    untilMs: now + 59_000,
  },
  {
    says: 'an output that is safe when on may go on at any rate',
    config: { safe: 'on', perMinute: 1 },
    status: { state: 'off', sinceMs: now - 1_000, switchesMs: [now - 2_000, now - 1_000] },
    wish: 'on',
    expect: { kind: 'switch' },
  },
  {
    says: 'an output that is safe when on ends its time off',
    config: { safe: 'on' },
    status: { state: 'on', sinceMs: now - 1_000 },
    wish: 'off',
    forMs: 5_000,
    expect: { kind: 'switch', endsMs: now + 5_000 },
  },
]
