import t from 'tap'
import { judge } from '../../src/devices/output-rules.ts'
import type { OutputView, Wish } from '../../src/devices/output-rules.ts'
import type { OutputStatus } from '../../src/devices/output-status.ts'
import { switchConfig } from '../support/device-bench.ts'
import { now, rows } from '../support/output-rule-rows.ts'

const off: OutputStatus = {
  state: 'off',
  sinceMs: undefined,
  endsMs: undefined,
  latestMs: undefined,
  back: undefined,
  switchesMs: [],
  cause: undefined,
  asker: undefined,
}

for (const row of rows) {
  void t.test(row.says, async (t) => {
    const view: OutputView = {
      name: 'lamp',
      config: switchConfig(row.config),
      status: { ...off, ...(row.config?.safe === 'on' ? { state: 'on' } : {}), ...row.status },
      rival: row.rival,
      settling: row.settling,
    }
    const wish: Wish = { value: row.wish, forMs: row.forMs }
    const verdict = judge(view, wish, now)
    if (typeof row.expect === 'string') {
      if (verdict.kind !== 'refused') {
        t.fail(`expected a refusal, got ${verdict.kind}`)
        return
      }
      t.ok(verdict.sentence.includes(row.expect), verdict.sentence)
      t.equal(verdict.untilMs, row.untilMs)
    } else {
      const { backMs, ...ends } = row.expect
      if (verdict.kind === 'refused') {
        t.fail(verdict.sentence)
        return
      }
      t.strictSame(
        { kind: verdict.kind, endsMs: verdict.endsMs, latestMs: verdict.latestMs, backMs: verdict.back?.atMs },
        { kind: ends.kind, endsMs: ends.endsMs, latestMs: ends.latestMs, backMs },
      )
    }
  })
}

void t.test('a refusal with an end is lifted exactly then', async (t) => {
  const view: OutputView = {
    name: 'lamp',
    config: switchConfig({ minOffMs: 5_000, perMinute: 2 }),
    status: { ...off, sinceMs: now, switchesMs: [now - 10_000, now] },
    rival: undefined,
    settling: undefined,
  }
  let atMs = now
  const seen: string[] = []
  for (let round = 0; round < 5; round++) {
    const verdict = judge(view, { value: 'on', forMs: undefined }, atMs)
    seen.push(verdict.kind === 'refused' ? verdict.limit : verdict.kind)
    if (verdict.kind !== 'refused' || verdict.untilMs === undefined) break
    t.equal(judge(view, { value: 'on', forMs: undefined }, verdict.untilMs - 1).kind, 'refused')
    atMs = verdict.untilMs
  }
  t.strictSame(seen, ['minOff', 'perMinute', 'switch'])
})
