import t from 'tap'
import { readBody } from '../../src/http/read-body.ts'

/** A body in these pieces, and whether its reader left it before its end. */
function bodyOf(...pieces: readonly string[]) {
  const state = { read: 0, isLeft: false }
  async function* body(): AsyncGenerator<Uint8Array, void> {
    let isOver = false
    try {
      for (const piece of pieces) {
        state.read++
        yield Buffer.from(piece)
      }
      isOver = true
    } finally {
      state.isLeft = !isOver
    }
  }
  return { body: body(), state }
}

void t.test('a body that fits is read to its end, whatever pieces it comes in', async (t) => {
  for (const pieces of [['lamps'], ['la', '', 'mps'], ['l', 'a', 'm', 'p', 's']]) {
    const { body, state } = bodyOf(...pieces)
    const { bytes, isCut } = await readBody(body, 5)
    t.same([bytes.toString(), isCut, state.isLeft], ['lamps', false, false])
  }
  t.same((await readBody(bodyOf().body, 5)).bytes.length, 0)
})

void t.test(
  'of a longer body the first bytes are kept, and no more is read than shows that it is longer',
  async (t) => {
    const { body, state } = bodyOf('lam', 'ps on', 'never', 'read')
    const { bytes, isCut } = await readBody(body, 5)
    t.same([bytes.toString(), isCut], ['lamps', true])
    t.same(state, { read: 2, isLeft: true })
  },
)

void t.test('a body that breaks is not taken for a whole one', async (t) => {
  async function* broken(): AsyncGenerator<Uint8Array, void> {
    yield Buffer.from('la')
    throw new Error('gone')
  }
  await t.rejects(readBody(broken(), 5), { message: 'gone' })
})
