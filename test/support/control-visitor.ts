import { connectControl } from '../../src/daemon/control-client.ts'
import { createSystemClock } from '../../src/clock.ts'

// A process of another user that tries the control socket of the home in its first argument, and prints what it is told.
try {
  const client = await connectControl(process.argv[2] ?? '', createSystemClock())
  process.stdout.write(client === 'none' ? 'none\n' : 'connected\n')
  if (client !== 'none') await client.close()
} catch (error) {
  process.stdout.write(`${String(error)}\n`)
}
