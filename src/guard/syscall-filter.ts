/**
 * What namespaces do not part: keyrings go with the credentials of the daemon, whose session may keep keys there, and the
 * log of the kernel is one for all. The rest here has no daily use and has often been a way into the kernel.
 */
const refused: readonly { readonly name: string; readonly x64: number; readonly others: number }[] = [
  { name: 'add_key', x64: 248, others: 217 },
  { name: 'request_key', x64: 249, others: 218 },
  { name: 'keyctl', x64: 250, others: 219 },
  { name: 'syslog', x64: 103, others: 116 },
  { name: 'perf_event_open', x64: 298, others: 241 },
  { name: 'bpf', x64: 321, others: 280 },
  { name: 'userfaultfd', x64: 323, others: 282 },
  { name: 'io_uring_setup', x64: 425, others: 425 },
]

/** The kernel's names of the machines that boards have; programs of another one (32-bit ones too) call nothing. */
const machines: Readonly<Record<string, number>> = { x64: 0xc000003e, arm64: 0xc00000b7, riscv64: 0xc00000f3 }

const load = 0x20
const ifEqual = 0x15
const ifAtLeast = 0x35
const answer = 0x06
const allow = 0x7fff0000
const notPermitted = 0x00050000 | 1
const noSuchCall = 0x00050000 | 38
/** The third way to call on x64, under numbers of its own. */
const x32Calls = 0x40000000

/**
 * A program for the kernel (struct sock_filter) that refuses these calls to whatever runs behind it. `undefined` for a
 * machine whose numbers are not known here. `arch` as in process.arch; all of them are little-endian.
 */
export function syscallFilter(arch: string): Buffer | undefined {
  const machine = machines[arch]
  if (machine === undefined) return undefined
  const numbers = refused.map((call) => (arch === 'x64' ? call.x64 : call.others))
  const refuse = (code: number, value: number, result: number): readonly Instruction[] => [
    [code, 0, 1, value],
    [answer, 0, 0, result],
  ]
  const program: readonly Instruction[] = [
    [load, 0, 0, 4],
    [ifEqual, 1, 0, machine],
    [answer, 0, 0, noSuchCall],
    [load, 0, 0, 0],
    ...(arch === 'x64' ? refuse(ifAtLeast, x32Calls, noSuchCall) : []),
    ...numbers.flatMap((number) => refuse(ifEqual, number, notPermitted)),
    [answer, 0, 0, allow],
  ]
  return Buffer.concat(program.map(bytesOf))
}

/** Code, how many to skip where it is true and where not, and its value. */
type Instruction = readonly [code: number, ifTrue: number, ifFalse: number, value: number]

function bytesOf([code, ifTrue, ifFalse, value]: Instruction): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeUInt16LE(code, 0)
  bytes.writeUInt8(ifTrue, 2)
  bytes.writeUInt8(ifFalse, 3)
  bytes.writeUInt32LE(value, 4)
  return bytes
}
