import t from 'tap'
import { editDistance, nearest } from '../src/nearest.ts'

void t.test('the distance counts insertions, deletions, replacements and swaps', (t) => {
  for (const [from, to, distance] of [
    ['', '', 0],
    ['', 'abc', 3],
    ['abc', '', 3],
    ['lamp', 'lamp', 0],
    ['lmap', 'lamp', 1],
    ['lamps', 'lamp', 1],
    ['limp', 'lamp', 1],
    ['kitten', 'sitting', 3],
  ] as const) {
    t.equal(editDistance(from, to), distance, `${from} to ${to}`)
  }
  t.end()
})

void t.test('the nearest word is one that could have been meant, else none', (t) => {
  const words = ['maxOn', 'minOn', 'minOff', 'line']
  t.equal(nearest('maxon', words), 'maxOn')
  t.equal(nearest('minofff', words), 'minOff')
  t.equal(nearest('lien', words), 'line')
  t.equal(nearest('voltage', words), undefined)
  t.equal(nearest('', words), undefined)
  t.equal(nearest('x'.repeat(100_000), words), undefined)
  t.equal(nearest('line', []), undefined)
  t.end()
})
