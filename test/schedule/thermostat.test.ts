import t from 'tap'
import { limits } from '../../src/limits.ts'
import { switchConfig } from '../support/device-bench.ts'
import { level, roomSensor, ruleOf, setting, TriggerRig } from '../support/trigger-rig.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs

void t.test(
  'two rules keep a room warm for a day, within the limits, and let go while its sensor is gone',
  async (t) => {
    const heater = switchConfig({ line: 'GPIO17', maxOnMs: 2 * hourMs, minOffMs: 10 * minuteMs })
    const rig = new TriggerRig(t.testdir(), { room: roomSensor, heater })
    rig.schedule.put(ruleOf('1', level('below', 19), setting('heater', 'on')))
    rig.schedule.put(ruleOf('2', level('above', 21), setting('heater', 'off')))
    // Outside it is 5 degrees: the room loses a part of the difference each second, and the heater wins over that.
    let room = 17
    let isGone = false
    rig.temperature = () => (isGone ? undefined : Math.round(room * 100) / 100)
    await rig.start()

    const stepMs = 10_000
    let onSinceMs: number | undefined
    let offSinceMs: number | undefined
    const onTimes: number[] = []
    const offTimes: number[] = []
    let coldest = Infinity
    let hottest = -Infinity
    let sensorGoesMs = Infinity
    for (let atMs = 0; atMs < 24 * hourMs; atMs += stepMs) {
      const isOn = rig.state('heater') === 'on'
      // In the middle of heating, for an hour.
      if (atMs > 11 * hourMs && isOn) sensorGoesMs = Math.min(sensorGoesMs, atMs)
      const sensorIsBackMs = sensorGoesMs + hourMs
      isGone = atMs >= sensorGoesMs && atMs < sensorIsBackMs
      room += (stepMs / hourMs) * ((isOn ? 8 : 0) - (room - 5) * 0.3)
      await rig.clock.advance(stepMs)
      await rig.idle()
      const nowOn = rig.state('heater') === 'on'
      if (nowOn !== isOn) {
        if (nowOn) {
          if (offSinceMs !== undefined) offTimes.push(atMs - offSinceMs)
          onSinceMs = atMs
        } else {
          if (onSinceMs !== undefined) onTimes.push(atMs - onSinceMs)
          offSinceMs = atMs
        }
      }
      // Three failed samples are allowed.
      const lostMs = sensorGoesMs + (limits.ruleSamplesFailedMax + 1) * limits.ruleSampleMs
      if (atMs > lostMs && atMs < sensorIsBackMs)
        t.equal(nowOn, false, 'off while nobody knows how warm it is', { atMs })
      const isSettled = atMs > 2 * hourMs && (atMs < sensorGoesMs || atMs > sensorIsBackMs + 2 * hourMs)
      if (isSettled) [coldest, hottest] = [Math.min(coldest, room), Math.max(hottest, room)]
    }
    t.ok(coldest > 18.7, `the coldest was ${coldest}`)
    t.ok(hottest < 21.3, `the hottest was ${hottest}`)
    t.ok(onTimes.length > 14, `it was on ${onTimes.length} times`)
    t.ok(Math.max(...onTimes) <= 2 * hourMs, `longest on: ${Math.max(...onTimes) / minuteMs} minutes`)
    t.ok(Math.min(...offTimes) >= 10 * minuteMs - stepMs, `shortest off: ${Math.min(...offTimes) / minuteMs} minutes`)
    t.equal(rig.told.length, 2, rig.told.join('\n'))
    t.match(rig.told[0], /^room cannot be read, and Job 1 and Job 2 rest on it\. .*safe state until then: heater off\./)
    t.equal(rig.told[1], 'room can be read again: Job 1 and Job 2 go on.')
    await rig.stop()
  },
)
