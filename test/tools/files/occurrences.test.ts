import t from 'tap'
import { occurrences } from '../../../src/tools/files/occurrences.ts'

void t.test('every place is found, overlapping ones too', async (t) => {
  t.same(occurrences('abcabc', 'abc'), [0, 3])
  t.same(occurrences('aaaa', 'aa'), [0, 1, 2])
  t.same(occurrences('abababa', 'aba'), [0, 2, 4])
  t.same(occurrences('abc', 'abcd'), [])
  t.same(occurrences('', 'a'), [])
  t.same(occurrences('📓 📓', '📓'), [0, 3], 'in the units of String.slice')
})

void t.test('thousands of texts of few letters are searched as String.indexOf would', async (t) => {
  let seed = 7
  const pick = (count: number): number => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed % count
  }
  const word = (length: number): string => Array.from({ length }, () => 'ab\n'[pick(3)]).join('')
  for (let round = 0; round < 5_000; round++) {
    const text = word(pick(40))
    const wanted = word(1 + pick(5))
    const expected: number[] = []
    for (let at = text.indexOf(wanted); at !== -1; at = text.indexOf(wanted, at + 1)) expected.push(at)
    if (JSON.stringify(occurrences(text, wanted)) !== JSON.stringify(expected)) t.fail(JSON.stringify([text, wanted]))
  }
})

void t.test('a text made to be slow is searched in the time of its length', { timeout: 20_000 }, async (t) => {
  // String.indexOf takes half a minute for this one.
  const wanted = `${'a'.repeat(50_000)}b${'a'.repeat(50_000)}`
  t.same(occurrences(`b${'a'.repeat(1_048_574)}b`, wanted), [])
  t.equal(occurrences('a'.repeat(1_000_000), 'a'.repeat(100_000)).length, 900_001)
})
