import { join } from 'node:path'
import type { Test } from 'tap'
import { runInteractive, type InteractiveOptions } from '../../src/channels/terminal/interactive.ts'
import { settle } from './fake-clock.ts'
import { Keyboard, KeptOutput, outboundOf, startTerminal, until } from './terminal-rig.ts'
import { VirtualScreen } from './virtual-screen.ts'

const never = new AbortController().signal

/** The user interface on a keyboard and a screen that the test holds, over a real terminal channel. */
export async function startChat(t: Test, more: Partial<InteractiveOptions> = {}, columns = 80) {
  const rig = await startTerminal()
  const input = new Keyboard()
  const output = new KeptOutput(columns)
  const error = new KeptOutput()
  const historyPath = more.historyPath ?? join(t.testdir(), 'terminal-history')
  const running = runInteractive({
    openLink: (peer) => Promise.resolve(rig.channel.attach(peer)),
    input,
    output,
    error,
    clock: rig.clock,
    greeting: ['Hello.', 'Try: lamp on'],
    environment: { TERM: 'xterm', NO_COLOR: '1' },
    historyPath,
    redact: (text) => text.replaceAll('s3cret', '***'),
    completions: { commands: ['/read', '/stop'], devices: ['lamp', 'fan'] },
    signal: never,
    ...more,
  })
  let exitCode: number | undefined
  void running.then(
    (code) => (exitCode = code),
    () => (exitCode = -1),
  )
  const type = async (text: string): Promise<void> => {
    input.write(text)
    await settle()
  }
  const screen = (): string => {
    const virtual = new VirtualScreen(columns)
    virtual.write(output.text)
    return virtual.text
  }
  const deliver = (text: string, failed = false) => {
    const answers = rig.intake.accepted.map((message) => message.id)
    return rig.channel.deliver(outboundOf(text, { answers, failed }), never)
  }
  const said = (): string[] => rig.intake.accepted.map((message) => message.text)
  const leave = async (): Promise<void> => {
    input.end()
    await running.catch(() => undefined)
  }
  t.teardown(leave)
  await until(() => output.text.includes('you> ') || exitCode !== undefined, 'the prompt')
  const exited = (): number | undefined => exitCode
  return { ...rig, input, output, error, historyPath, running, type, screen, deliver, said, exited, leave }
}
