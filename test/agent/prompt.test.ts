import t from 'tap'
import { buildPrompt, type PromptSources } from '../../src/agent/prompt.ts'
import type { DeviceSummary } from '../../src/devices/device.ts'
import { limits } from '../../src/limits.ts'

const lamp: DeviceSummary = { name: 'lamp', kind: 'switch', output: true, quantities: ['state'], limits: 'maxOn 2h' }
const room: DeviceSummary = {
  name: 'room',
  kind: 'bme280',
  output: false,
  quantities: ['temperature', 'humidity'],
  limits: '',
}

function sources(files: Readonly<Record<string, string>>, more: Partial<PromptSources> = {}): PromptSources {
  return {
    readFile: (path) => Promise.resolve(files[path]),
    skills: () => Promise.resolve([{ name: 'watering', description: 'Water the plants.' }]),
    devices: () => [lamp, room],
    board: 'simulated Raspberry Pi',
    simulated: true,
    ...more,
  }
}

const files = { 'AGENTS.md': 'Be brief.', 'SOUL.md': 'Warm.', 'USER.md': 'Ada, Berlin.', 'MEMORY.md': 'Likes tea.' }

void t.test('the prompt says where it runs, what the files hold, the skills, the devices and the rules', async (t) => {
  const prompt = await buildPrompt(sources(files), 'owner')
  const order = [
    'a simulated Raspberry Pi',
    'Be brief.',
    'Warm.',
    'Ada, Berlin.',
    'Likes tea.',
    '- watering: Water the plants.',
    '- lamp (switch): on/off; maxOn 2h',
    '- room (bme280): temperature, humidity\n',
    '# Rules',
  ]
  const places = order.map((text) => prompt.indexOf(text))
  t.notOk(places.includes(-1), prompt)
  t.same(
    places,
    places.toSorted((a, b) => a - b),
  )
})

void t.test('a guest gets neither USER.md nor MEMORY.md, nor the skills, which only files could tell', async (t) => {
  const prompt = await buildPrompt(sources(files), 'guest')
  t.notMatch(prompt, /Berlin|tea|watering/)
  t.match(prompt, /Be brief\.[^]*Warm\.[^]*lamp/)
})

void t.test('each file is capped, and the cap is said with the name of the file', async (t) => {
  const { promptFileCharsMax } = limits
  const exact = 'x'.repeat(promptFileCharsMax)
  t.notMatch(await buildPrompt(sources({ 'MEMORY.md': exact }), 'owner'), /is cut/)
  const prompt = await buildPrompt(sources({ 'MEMORY.md': `${exact}yz`, 'SOUL.md': 'short' }), 'owner')
  t.match(
    prompt,
    `[MEMORY.md is cut here after ${promptFileCharsMax} of ${promptFileCharsMax + 2} characters: keep it shorter.]`,
  )
  t.notMatch(prompt, /xy/)
  t.notMatch(prompt, /SOUL\.md is cut/)
  const emoji = await buildPrompt(sources({ 'SOUL.md': `x${'😀'.repeat(promptFileCharsMax)}` }), 'owner')
  t.ok(emoji.isWellFormed(), 'no half characters')
})

void t.test('files that are not there or empty leave no trace', async (t) => {
  const prompt = await buildPrompt(
    sources({ 'SOUL.md': '  \n' }, { skills: () => Promise.resolve([]), devices: () => [] }),
    'owner',
  )
  t.match(prompt, /^You are Pincer[^\n]*\n\n# Devices\nNone are configured\.\n\n# Rules/)
})

void t.test('comments in a file are for who edits it: they are not sent, nor is a file of nothing else', async (t) => {
  const comments = '<!-- Who are you? -->\n\n<!--\nmore\n-->\n'
  const without = await buildPrompt(sources({ 'SOUL.md': 'Warm.' }), 'owner')
  t.equal(await buildPrompt(sources({ 'SOUL.md': 'Warm.', 'USER.md': comments }), 'owner'), without)
  t.match(
    await buildPrompt(sources({ 'USER.md': `${comments}Ada. <!-- not\nsent --> Berlin.` }), 'owner'),
    'Ada.  Berlin.',
  )
  t.match(await buildPrompt(sources({ 'USER.md': 'a --> b <!-- c' }), 'owner'), 'a --> b <!-- c', 'no comment')
})

void t.test('only on a simulated board is it said how to tell of simulated readings', async (t) => {
  t.match(await buildPrompt(sources(files), 'owner'), /simulated readings/)
  const real = await buildPrompt(sources(files, { board: 'Raspberry Pi 4', simulated: false }), 'owner')
  t.notMatch(real, 'simulated')
})

void t.test('many skills and devices are counted, not listed without end', async (t) => {
  const skills = Array.from({ length: 300 }, (_, index) => ({ name: `skill${index}`, description: 'x' }))
  const devices = Array.from({ length: 300 }, (_, index) => ({ ...lamp, name: `lamp${index}` }))
  const prompt = await buildPrompt(
    sources({}, { skills: () => Promise.resolve(skills), devices: () => devices }),
    'owner',
  )
  t.match(prompt, `- and ${300 - limits.promptSkillsMax} more: list_dir skills`)
  t.match(prompt, `- and ${300 - limits.promptDevicesMax} more: device_read lists them`)
  t.ok(prompt.length < 6_000, `${prompt.length} characters`)
})

void t.test('the prompt is the same byte for byte until one of its sources changes', async (t) => {
  const first = await buildPrompt(sources(files), 'owner')
  t.equal(await buildPrompt(sources({ ...files }), 'owner'), first)
  t.notMatch(first, /20\d\d-|\d\d:\d\d|\d+ ?°C/, 'neither clock nor readings')
  t.not(await buildPrompt(sources({ ...files, 'SOUL.md': 'Cool.' }), 'owner'), first)
})
