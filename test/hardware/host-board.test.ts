import t from 'tap'
import { matchBoard, readHostBoard } from '../../src/hardware/host-board.ts'

const boards = [
  { id: 'family', match: { compatible: ['maker,family'], model: ['Maker Family'] } },
  { id: 'pro', match: { compatible: ['maker,pro', 'maker,pro-2'], model: ['Maker Pro'] } },
  { id: 'simulated', match: { compatible: [], model: [] } },
]

function idOf(compatible: readonly string[], model?: string): string | undefined {
  return matchBoard({ compatible, model }, boards)?.id
}

void t.test('the strings of the device tree end with NUL, the most specific first', async (t) => {
  const root = t.testdir({
    proc: { 'device-tree': { compatible: 'maker,pro\0maker,family\0', model: 'Maker Pro Rev 1.4\0' } },
  })
  t.strictSame(readHostBoard(root), { compatible: ['maker,pro', 'maker,family'], model: 'Maker Pro Rev 1.4' })
})

void t.test(
  'a host without a device tree, and one with an empty or broken one, says nothing of its board',
  async (t) => {
    const nothing = { compatible: [], model: undefined }
    t.strictSame(readHostBoard(t.testdir({})), nothing)
    t.strictSame(readHostBoard(t.testdir({ proc: { 'device-tree': { compatible: '', model: '\0\0' } } })), nothing)
    t.strictSame(readHostBoard(t.testdir({ proc: { 'device-tree': { compatible: {}, model: {} } } })), nothing)
  },
)

void t.test('the most specific name that any file has decides, not the order of the files', async (t) => {
  t.equal(idOf(['maker,pro-2', 'maker,family']), 'pro')
  t.equal(idOf(['maker,odd', 'maker,family']), 'family')
})

void t.test('where no name fits, the beginning of the model does', async (t) => {
  t.equal(idOf(['odd,board'], 'Maker Pro Rev 9'), 'pro')
  t.equal(idOf([], 'Maker Family'), 'family')
})

void t.test('a board that no file fits is none of them, and never the simulated one', async (t) => {
  t.equal(idOf(['odd,board'], 'Odd Board'), undefined)
  t.equal(idOf([], undefined), undefined)
  t.equal(idOf([''], ''), undefined)
  t.equal(idOf(['maker,pro-22'], 'A Maker Pro'), undefined)
})
