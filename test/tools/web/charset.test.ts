import t from 'tap'
import { decodeText, looksBinary } from '../../../src/tools/web/charset.ts'

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')
const latin = (text: string): Buffer => Buffer.from(text, 'latin1')

void t.test('the charset is what mark, header and page say, in this order, and else a good guess', (t) => {
  const rows: readonly (readonly [name: string, bytes: Buffer, header: string | undefined, text: string])[] = [
    ['UTF-8 by itself', Buffer.from('né €'), undefined, 'né €'],
    ['windows-1252 where it is no UTF-8', hex('6e e9 20 80'), undefined, 'né €'],
    ['latin1 is windows-1252', hex('80 93'), 'iso-8859-1', '€“'],
    ['the header', hex('cf f0 e8 e2 e5 f2'), 'windows-1251', 'Привет'],
    ['the header in capitals', hex('cf f0 e8'), 'WINDOWS-1251', 'При'],
    ['koi8-r', hex('f0 d2 c9'), 'koi8-r', 'При'],
    ['Shift_JIS', hex('93 fa 96 7b'), 'shift_jis', '日本'],
    ['EUC-JP', hex('c6 fc cb dc'), 'euc-jp', '日本'],
    ['Big5', hex('a4 a4 a4 e5'), 'big5', '中文'],
    ['GB18030', hex('d6 d0 ce c4'), 'gb2312', '中文'],
    ['EUC-KR', hex('c7 d1'), 'euc-kr', '한'],
    ['a mark before the header', hex('ef bb bf c3 a9'), 'windows-1251', 'é'],
    ['UTF-16 little', hex('ff fe 6e 00 e9 00'), 'utf-8', 'né'],
    ['UTF-16 big', hex('fe ff 00 6e 00 e9'), undefined, 'né'],
    ['an unknown header', Buffer.from('né'), 'x-nobody', 'né'],
    ['meta charset', latin('<meta charset="windows-1251">\xcf\xf0'), undefined, '<meta charset="windows-1251">Пр'],
    ['meta without quotes', latin('<meta charset=koi8-r>\xf0'), undefined, '<meta charset=koi8-r>П'],
    [
      'meta http-equiv',
      latin('<META http-equiv=Content-Type content="text/html; charset=windows-1251">\xcf'),
      undefined,
      '<META http-equiv=Content-Type content="text/html; charset=windows-1251">П',
    ],
    ['the header before meta', latin('<meta charset=koi8-r>\xcf'), 'windows-1251', '<meta charset=koi8-r>П'],
    [
      'meta that says UTF-16 and is not',
      Buffer.from('<meta charset=utf-16le>é'),
      undefined,
      '<meta charset=utf-16le>é',
    ],
    ['meta that nobody knows', Buffer.from('<meta charset=nobody>é'), undefined, '<meta charset=nobody>é'],
    [
      'meta too late',
      latin(`${' '.repeat(1_024)}<meta charset=koi8-r>\xe9`),
      undefined,
      `${' '.repeat(1_024)}<meta charset=koi8-r>é`,
    ],
    [
      'xml',
      latin('<?xml version="1.0" encoding="windows-1251"?>\xcf'),
      undefined,
      '<?xml version="1.0" encoding="windows-1251"?>П',
    ],
    ['UTF-8 that is broken, where it was said', hex('61 ff 62'), 'utf-8', 'a\ufffdb'],
    ['windows-1252 up to its last letter', hex('63 61 66 e9'), undefined, 'café'],
    ['UTF-8 that was cut off', hex('61 e2 82'), undefined, 'a'],
    ['nothing', hex(''), undefined, ''],
  ]
  for (const [name, bytes, header, text] of rows)
    t.equal(decodeText(bytes, header, name.includes('cut off')), text, name)
  t.end()
})

void t.test('bytes that no text has make it binary', (t) => {
  for (const bytes of ['00', '61 00 62', '89 50 4e 47 0d 0a 1a 0a 00', '7f 45 4c 46 02 01', '01 02']) {
    t.equal(looksBinary(hex(bytes)), true, bytes)
  }
  for (const bytes of ['', '61 0a 09 0d 0c', 'ff fe 61 00', 'fe ff 00 61', '1b 5b 30 6d', 'e9 80 ff']) {
    t.equal(looksBinary(hex(bytes)), false, bytes)
  }
  t.end()
})
