import fs from 'node:fs'
import { Workspace } from '../../src/guard/workspace.ts'
import { SimulatedLine } from '../../src/hardware/simulator/line.ts'

/**
 * Loaded before the daemon: names each change that a tool makes on file descriptor 3, at once and
 * before it is made. Whoever reads there knows of it whatever becomes of the daemon.
 */
function tell(event: object): void {
  fs.writeSync(3, `${JSON.stringify(event)}\n`)
}

const append = Reflect.get(Workspace.prototype, 'append')
Reflect.set(Workspace.prototype, 'append', function (this: Workspace, path: string, text: string) {
  tell({ event: 'appended', text })
  return append.call(this, path, text)
})

const drive = Reflect.get(SimulatedLine.prototype, 'drive')
Reflect.set(SimulatedLine.prototype, 'drive', function (this: SimulatedLine, ...args: Parameters<typeof drive>) {
  tell({ event: 'driven', line: this.name, level: args[1] })
  drive.apply(this, args)
})
