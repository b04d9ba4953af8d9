import t from 'tap'
import { cronText } from '../../src/schedule/cron-text.ts'

void t.test('what people plan most is told in words, and all else as it is written', async (t) => {
  for (const [expression, words] of [
    ['0 7 * * *', 'every day at 07:00'],
    ['5 * * * *', 'every hour at minute 5'],
    ['0 7,19 * * *', 'every day at 07:00 and 19:00'],
    ['30 7,12,17 * * 1-5', 'every weekday at 07:30, 12:30 and 17:30'],
    ['0 18 * * mon,thu', 'every Monday and Thursday at 18:00'],
    ['0 9 15 * *', 'on day 15 of every month at 09:00'],
    ['*/15 * * * *', 'every 15 minutes'],
    ['*/30 8-19 * * *', 'every 30 minutes from 08:00 to 19:30'],
    ['*/30 8-19 * * 0,6', 'every weekend day every 30 minutes from 08:00 to 19:30'],
    ['0 8-18 * * *', 'every hour from 08:00 to 18:00'],
    ['30 8-18/3 * * *', 'every 3 hours from 08:30 to 17:30'],
    ['0 */6 * * *', 'every 6 hours at minute 0'],
    ['0 9 1 1 *', 'cron 0 9 1 1 *'],
    ['*/7 * * * *', 'cron */7 * * * *'],
    ['0 */5 * * *', 'cron 0 */5 * * *'],
    ['*/5 8-18/2 * * *', 'cron */5 8-18/2 * * *'],
    ['0 0 7 * * *', 'cron 0 0 7 * * *'],
    ['0 7 13 * 5', 'cron 0 7 13 * 5'],
    ['0 7,* * * *', 'cron 0 7,* * * *'],
  ] as const) {
    t.equal(cronText(expression), words, expression)
  }
})
