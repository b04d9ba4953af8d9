import { createSystemClock } from '../../src/clock.ts'
import { runInteractive } from '../../src/channels/terminal/interactive.ts'
import { TerminalChannel } from '../../src/channels/terminal/terminal-channel.ts'
import { outboundOf, owner } from './terminal-rig.ts'

// A chat on the terminal that this process stands on: every message is answered with what it said.
const never = new AbortController().signal
const clock = createSystemClock()
const channel = new TerminalChannel({ person: owner, clock })
await channel.start({
  accept: (message) => {
    void channel.deliver(outboundOf(`You said: ${message.text}`, { answers: [message.id] }), never)
    return Promise.resolve('accepted')
  },
})
process.exitCode = await runInteractive({
  openLink: (peer) => Promise.resolve(channel.attach(peer)),
  input: process.stdin,
  output: process.stdout,
  error: process.stderr,
  clock,
  greeting: ['Hello.'],
  environment: process.env,
  historyPath: process.argv[2] ?? '',
  redact: (text) => text,
  completions: { commands: ['/read'], devices: ['lamp'] },
  signal: never,
})
