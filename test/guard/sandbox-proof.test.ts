import { spawn } from 'node:child_process'
import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Sandbox } from '../../src/guard/sandbox.ts'
import { findHole } from '../../src/guard/sandbox-proof.ts'
import { createSandboxRig } from '../support/sandbox-rig.ts'

const never = new AbortController().signal

/** A sandbox that is none, after what `before` does to the commands. */
function bare(folder: string, before = (command: string) => command, network = false): Sandbox {
  return {
    boundary: 'nothing',
    folder,
    network,
    run: ({ command, onOutput }) =>
      new Promise((resolve) => {
        const child = spawn('/bin/sh', ['-c', before(command)], { cwd: folder })
        child.stdout.on('data', (bytes: Buffer) => onOutput?.(bytes))
        child.on('close', (code) => resolve({ how: 'exited', exitCode: code ?? 1 }))
      }),
  }
}

void t.test('bubblewrap passes the proof, with the network and without, and leaves nothing behind', async (t) => {
  for (const network of [false, true]) {
    const rig = createSandboxRig(t.testdir(), { network })
    t.equal(await findHole({ sandbox: rig.sandbox, stateFolder: rig.state, signal: never }), undefined)
    t.same(fs.readdirSync(rig.state), [], 'the canary is gone')
  }
})

void t.test('each hole is found', async (t) => {
  const folder = t.testdir({ workspace: {}, state: {} })
  const stateFolder = join(folder, 'state')
  const hole = (sandbox: Sandbox): Promise<string | undefined> => findHole({ sandbox, stateFolder, signal: never })
  const noReading = (command: string): string => `cat() { :; }\n${command}`
  const noDevices = (command: string): string =>
    noReading(command).replaceAll(/\/(?:dev\/mem|dev\/tty|sys\/class)/g, '/none')
  const noLoopback = (command: string): string => noDevices(command).replaceAll('/dev/tcp', '/none')
  t.equal(await hole(bare(folder)), 'a command in it could read a file of state/')
  t.equal(await hole(bare(folder, undefined, true)), 'a command in it could read a file of state/')
  t.equal(await hole(bare(folder, noReading)), 'a command in it sees devices')
  t.equal(await hole(bare(folder, noDevices)), 'a command in it could connect to this host')
  t.equal(await hole(bare(folder, noDevices, true)), undefined, 'with the network on, that is no hole')
  t.match(
    await hole(bare(folder, (command) => noLoopback(command).replaceAll(': </dev/udp', 'true </dev/null #'))),
    'has a way to the network',
  )
})

void t.test('attempts that never ran prove nothing', async (t) => {
  const folder = t.testdir({ workspace: {}, state: {} })
  const stateFolder = join(folder, 'state')
  const commands: readonly ((command: string) => string)[] = [
    () => 'true',
    () => 'exit 1',
    (command) => `bash() { return 127; }\n${command}`,
    (command) => command.replace('echo tried', ''),
    (command) => `${command}\nexit 3`,
  ]
  for (const command of commands) {
    const hole = await findHole({
      sandbox: bare(folder, (text) => command(text.replaceAll(/cat "|\/dev\/|\/sys\//g, '/none/'))),
      stateFolder,
      signal: never,
    })
    t.match(hole, 'did not come to their end')
  }
})

void t.test('a program in the place of bubblewrap that just runs what it is given is found out', async (t) => {
  const folder = t.testdir({
    bwrap:
      '#!/bin/bash\nexec 6>&6; printf \'{"child-pid": %s}\\n\' "$$" >&6\nwhile [ "$1" != -- ]; do shift; done; shift\n"$@"; code=$?\nprintf \'{"exit-code": %s}\\n\' "$code" >&6\nexit "$code"\n',
  })
  fs.chmodSync(join(folder, 'bwrap'), 0o755)
  const rig = createSandboxRig(folder, { program: join(folder, 'bwrap') })
  t.equal(
    await findHole({ sandbox: rig.sandbox, stateFolder: rig.state, signal: never }),
    'a command in it could read a file of state/',
  )
})
