import type { Board } from './board.ts'

/**
 * Tells the kernel that this chip is on the I2C bus, as an overlay would. Done when its driver has it: none that the tests
 * name is probed in the background. Fails where the kernel refuses, which a chip that no driver takes is not.
 */
export async function attachChip(board: Board, name: string, address: number): Promise<void> {
  const file = '/sys/bus/i2c/devices/i2c-1/new_device'
  const { code, stderr } = await board.run(['/bin/sh', '-c', `echo ${name} ${address} > ${file}`])
  if (code !== 0) throw new Error(`The kernel does not take ${name} at ${address}: ${stderr}`)
}
