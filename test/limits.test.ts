import t from 'tap'
import { durationMaxMs } from '../src/duration.ts'
import { limits } from '../src/limits.ts'

void t.test('every bound is a whole positive number with its unit or count in its name', (t) => {
  for (const [name, value] of Object.entries(limits)) {
    t.ok(Number.isSafeInteger(value) && value > 0, name)
    t.match(name, /(Ms|Max|Min|Bytes|Chars|Lines|Tokens|Hz|Default|Reserved)$|Min[A-Z]|Max[A-Z]/, name)
  }
  t.end()
})

void t.test('what is stored fits where it is stored', (t) => {
  // Ids of handled messages outlive the queue, so that no message which is open can be taken for a new one.
  t.ok(limits.journalHandledIdsMax > limits.busMessagesMax + limits.busCommandsExtraMax)
  t.ok(limits.toolResultCharsMax < limits.parkedResultsBytesMax)
  t.ok(limits.fileBytesMax <= limits.parkedResultsBytesMax)
  t.ok(limits.fileReadCharsMax < limits.toolResultCharsMax, 'what read_file gives is never parked again')
  t.ok(limits.toolFailureCharsMax <= limits.toolResultCharsMax)
  t.ok(limits.approvalCharsMax <= limits.toolResultCharsMax)
  t.ok(
    limits.approvalCharsMax + limits.approvalReasonCharsMax + 500 < limits.telegramTextUnitsMax,
    'with our own words',
  )
  t.ok(limits.inboundTextCharsMax < limits.sessionTailBytesMax)
  t.ok(limits.tornLineBytesMax < limits.tornFileBytesMax)
  t.ok(4 * limits.sessionTailBytesMax < limits.sessionFileBytesMax, 'what stands in two logs is little')
  t.ok(limits.sessionFileBytesMax < limits.sessionArchivesBytesMax)
  t.ok(limits.sessionsInMemoryMax * limits.sessionFileBytesMax < limits.sessionLogsBytesMax, 'chats in use always fit')
  t.ok(limits.toolArgumentsCharsMax < limits.modelReplyCharsMax, 'the registry, not the wire, refuses long arguments')
  t.ok(limits.modelReplyCharsMax < limits.modelEventCharsMax, 'a reply may come in one event')
  t.end()
})

void t.test('/stop is quicker than a second, and shorter waits are inside longer ones', (t) => {
  t.ok(limits.stopGraceMs < 1_000)
  t.ok(limits.stopGraceMs < limits.partStopTimeoutMs)
  t.ok(limits.toolTimeoutMs < limits.modelCallTimeoutMs)
  t.ok(limits.i2cTimeoutMs < limits.toolTimeoutMs)
  t.ok(limits.modelConnectTimeoutMs + limits.modelFirstByteTimeoutMs < limits.modelCallTimeoutMs)
  t.ok(limits.humanAnswerTimeoutMs < limits.actingMessageAgeMaxMs)
  t.end()
})

void t.test('no duration is longer than a timer can be', (t) => {
  const durations = Object.entries(limits).filter(([name]) => name.endsWith('Ms'))
  t.ok(durations.length > 10)
  for (const [name, value] of durations) t.ok(value <= durationMaxMs && value < 2 ** 31, name)
  t.end()
})

void t.test('the contracts that people read', (t) => {
  const { busMessagesMax, turnIterationsMax, turnCallsPerReplyMax, turnSameCallMax, actingMessageAgeMaxMs } = limits
  t.same([busMessagesMax, turnIterationsMax, turnCallsPerReplyMax, turnSameCallMax], [100, 20, 32, 3])
  t.equal(actingMessageAgeMaxMs, 600_000)
  t.end()
})
