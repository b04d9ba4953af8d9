import t from 'tap'
import { openAgent } from '../support/agent-rig.ts'
import { parrot } from '../support/agent-talk.ts'
import { createDiskFaults } from '../support/disk-faults.ts'
import { inbound } from '../support/messages.ts'

const every = ['write', 'writeFile', 'sync', 'datasync', 'truncate', 'rename', 'copyFile'] as const

for (const [code, why] of [
  ['ENOSPC', /the disk is full/],
  ['EROFS', /the file system is read-only/],
] as const) {
  void t.test(`a home that fails with ${code} while it runs serves reads, and takes nothing else`, async (t) => {
    const faults = await createDiskFaults()
    t.teardown(() => faults.restore())
    const rig = await openAgent(t.testdir({}), parrot())
    faults.fail(every, code)
    for (const text of ['/read', '/read room', ' /STATUS', '/status@pincer_bot', '/help', '/whoami']) {
      const message = inbound(text)
      await rig.says(message)
      t.match(await rig.answerTo(message), { text: `ran ${text}`, failed: false })
    }
    for (const text of ['hello', '/on lamp', '/set lamp on', '/new', '/readme', '/read-only?', 'what does /read do?']) {
      await t.rejects(rig.says(inbound(text)), { code: 'disk', message: why }, text)
    }
    t.same(rig.bus.pending(), [])
    t.equal(rig.logLines.filter((line) => /^error journal: .* Until then/.test(line) && why.test(line)).length, 1)
    faults.heal()
    const after = inbound('after')
    await rig.says(after)
    t.match(await rig.answerTo(after), { text: 're: after', failed: false })
    await rig.close()
  })

  void t.test(
    `a turn that runs when its home fails with ${code} is answered, and the log says what it lacks`,
    async (t) => {
      const faults = await createDiskFaults()
      t.teardown(() => faults.restore())
      const rig = await openAgent(t.testdir({}), parrot())
      const message = inbound('hello')
      await rig.says(message)
      faults.fail(every, code)
      t.match(await rig.answerTo(message), { text: /^re: hello/, failed: false })
      t.equal(rig.lines.filter((line) => /The session log lacks a turn/.test(line)).length, 1)
      t.match(rig.lines.join('\n'), why)
      faults.heal()
      await rig.close()
    },
  )
}
