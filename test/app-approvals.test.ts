import t from 'tap'
import { forgetting } from '../src/app-approvals.ts'
import type { PairingPort } from '../src/channels/pairing-port.ts'

void t.test('who is revoked has nothing allowed for always any more, and who is not keeps it', async (t) => {
  const eve = { id: 6666, name: 'Eve' }
  const port: PairingPort = {
    confirm: () => Promise.resolve({ status: 'paired', person: eve }),
    list: () => [eve],
    pending: () => [],
    revoke: (name) =>
      Promise.resolve(
        name === 'Eve' ? { status: 'revoked', person: eve } : { status: 'refused', reason: 'Nobody is called so.' },
      ),
  }
  const forgotten: unknown[] = []
  const pairing = forgetting('telegram', port, {
    list: () => Promise.resolve(''),
    answer: () => Promise.resolve(''),
    withdraw: () => Promise.resolve(0),
    forget: (who) => Promise.resolve(void forgotten.push(who)),
  })
  t.match(await pairing.revoke('Bob'), { status: 'refused' })
  t.same(forgotten, [])
  t.match(await pairing.revoke('Eve'), { status: 'revoked', person: eve })
  t.same(forgotten, [{ channel: 'telegram', personId: '6666' }])
  t.same(
    [await pairing.confirm('X'), pairing.list(), pairing.pending()],
    [{ status: 'paired', person: eve }, [eve], []],
  )
})
