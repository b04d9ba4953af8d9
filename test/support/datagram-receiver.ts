import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Test } from 'tap'

/** Binds a Unix datagram socket, which Node cannot, and prints each datagram as one line of JSON. */
const program = `
import json, os, socket, sys
receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
name = sys.argv[1]
receiver.bind('\\0' + name[1:] if name[0] == '@' else name)
print(json.dumps('bound'), flush=True)
while True:
    print(json.dumps(receiver.recv(65536).decode()), flush=True)
`

/** Something that receives what a daemon tells its service manager, at a path or at an abstract name behind `@`. */
export async function receiveDatagrams(t: Test, name: string): Promise<{ readonly next: () => Promise<string> }> {
  const child = spawn('python3', ['-c', program, name], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => child.kill())
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async (): Promise<string> => {
    const line = await lines.next()
    return line.done === true ? 'the receiver has ended' : String(JSON.parse(line.value))
  }
  await next()
  return { next }
}
