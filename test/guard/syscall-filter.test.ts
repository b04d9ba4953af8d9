import t from 'tap'
import { syscallFilter } from '../../src/guard/syscall-filter.ts'

const allowed = 0x7fff0000
const notPermitted = 0x00050001
const noSuchCall = 0x00050026

/** What the kernel makes of the program: it loads a word of what a call is, compares, jumps and answers. */
function answerOf(program: Buffer, call: { readonly number: number; readonly machine: number }): number {
  let loaded = 0
  for (let at = 0; at < program.length; at += 8) {
    const code = program.readUInt16LE(at)
    const value = program.readUInt32LE(at + 4)
    const skip = (isTrue: boolean): void => {
      at += 8 * program.readUInt8(at + (isTrue ? 2 : 3))
    }
    if (code === 0x20) loaded = value === 4 ? call.machine : call.number
    else if (code === 0x15) skip(loaded === value)
    else if (code === 0x35) skip(loaded >= value)
    else if (code === 0x06) return value
    else throw new Error(`no such instruction: ${code}`)
  }
  throw new Error('the program ends without an answer')
}

function filterFor(arch: string): Buffer {
  const program = syscallFilter(arch)
  if (program === undefined) throw new Error(`no filter for ${arch}`)
  return program
}

const machines = { x64: 0xc000003e, arm64: 0xc00000b7, riscv64: 0xc00000f3 }

void t.test('keyrings, the log of the kernel and ways into it are refused on each kind of board', async (t) => {
  for (const [arch, machine] of Object.entries(machines)) {
    const program = filterFor(arch)
    const refused = Array.from({ length: 600 }, (_, number) => number).filter(
      (number) => answerOf(program, { number, machine }) === notPermitted,
    )
    const expected =
      arch === 'x64' ? [103, 248, 249, 250, 298, 321, 323, 425] : [116, 217, 218, 219, 241, 280, 282, 425]
    t.same(refused, expected, arch)
    t.equal(answerOf(program, { number: 0, machine }), allowed, `${arch}: all else is allowed`)
  }
})

void t.test('calls under the numbers of another machine do not exist', async (t) => {
  for (const [arch, own] of Object.entries(machines)) {
    const program = filterFor(arch)
    const i386 = 0x40000003
    for (const machine of [...Object.values(machines), i386]) {
      if (machine !== own) t.equal(answerOf(program, { number: 1, machine }), noSuchCall, arch)
    }
  }
  t.equal(answerOf(filterFor('x64'), { number: 0x40000000 + 250, machine: machines.x64 }), noSuchCall)
})

void t.test('for a machine that is not known there is none', async (t) => {
  t.equal(syscallFilter('s390x'), undefined)
})
