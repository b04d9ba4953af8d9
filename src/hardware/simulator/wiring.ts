/**
 * What is connected to the simulated board, under the names that `/sim` takes. It fits the devices in
 * boards/simulated.yaml; a configuration may name them otherwise, the wires stay.
 */
export interface Wiring {
  /** On while its line is driven high. */
  readonly lamp: { readonly name: string; readonly line: string }
  /** A relay board that is on while its line is driven low; the fan blows outside air through the room. */
  readonly fan: { readonly name: string; readonly line: string }
  /** A switch to ground: the line is low while the door is closed and follows its pull while it is open. */
  readonly door: { readonly name: string; readonly line: string }
  /** A BME280. */
  readonly room: { readonly name: string; readonly bus: number; readonly address: number }
  /** An MCP3008 with a soil probe and a photoresistor, both brighter or wetter towards 3.3 V. */
  readonly analog: {
    readonly spi: string
    readonly soil: { readonly name: string; readonly channel: number }
    readonly light: { readonly name: string; readonly channel: number }
  }
  /** A DS18B20 outside, which the kernel reads. */
  readonly garden: { readonly name: string; readonly id: string }
  /** Addresses that a kernel driver holds. */
  readonly kernelHeld: readonly { readonly bus: number; readonly address: number }[]
}

export const simulatedWiring: Wiring = {
  lamp: { name: 'lamp', line: 'GPIO17' },
  fan: { name: 'fan', line: 'GPIO27' },
  door: { name: 'door', line: 'GPIO22' },
  room: { name: 'room', bus: 1, address: 0x76 },
  analog: { spi: '0.0', soil: { name: 'soil', channel: 0 }, light: { name: 'light', channel: 1 } },
  garden: { name: 'garden', id: '28-0316a279d4ff' },
  kernelHeld: [],
}
