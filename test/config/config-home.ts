import { boardsForConfig, readBoard } from '../../src/boards.ts'
import { loadConfig } from '../../src/config/load.ts'
import type { LoadedConfig } from '../../src/config/load.ts'
import { readYaml } from '../../src/config/yaml-file.ts'

export const simulatedBoard = await readBoard('simulated', '/')

export const exampleEnvironment = {
  TZ: 'UTC',
  LAN_KEY: 'lan-key-of-the-test',
  TELEGRAM_BOT_TOKEN: '123456789:AAbbccddeeffgghhiijjkkllmmnnooppqqr',
  DISCORD_BOT_TOKEN: 'discord-token-of-the-test',
}

/** Loads a home as the program does, on the board files that this test names. */
export function load(
  home: string,
  environment: Readonly<Record<string, string | undefined>> = { TZ: 'UTC' },
): Promise<LoadedConfig> {
  return loadConfig({
    home,
    environment,
    readYaml: (text) => Promise.resolve(readYaml(text)),
    ...boardsForConfig('/'),
    boards: ['raspberry-pi-4', 'simulated'],
  })
}

/** The example of the design, word for word. */
export const exampleFile = `model: anthropic/claude-sonnet-5-5   # provider/model, or a list tried in order; "offline" needs no network
providers:                            # well-known ones need only their key in the environment
  lan: { api: openai, baseUrl: "http://192.168.1.10:11434/v1", apiKey: "\${LAN_KEY}" }   # api: openai | anthropic; baseUrl as the provider documents it
channels:
  telegram: { token: "\${TELEGRAM_BOT_TOKEN}", allow: [123456789], guests: [], progress: true, apiRoot: "https://api.telegram.org" }
  discord:  { token: "\${DISCORD_BOT_TOKEN}", allow: ["80351110224678912"] }     # Discord ids are strings: refused unquoted
board: auto                           # auto | simulated | the id of a file in boards/
devices:
  lamp: { kind: switch, line: GPIO17, invert: true, safe: off, start: safe, maxOn: 2h, minOn: 1s, minOff: 5s, perMinute: 6, interlock: mains }
  gate: { kind: switch, line: GPIO27, safe: off, maxOn: 1s, confirm: true }     # confirm: a human says yes each time
  door: { kind: contact, line: GPIO22, pull: up }
  room: { kind: bme280, bus: 1, address: 0x76 }
  soil: { kind: mcp3008, spi: "0.0", channel: 0 }
hardware: { raw: ask }                # the raw gpio/i2c/spi tools: off | ask (for writes) | allow
shell: { policy: ask, allow: ["uptime", "df -h"], deny: [], network: false, timeout: 60s }    # off | ask | allow; \`allow\` list never asks; \`deny\` adds to the built-in patterns
web: { allowPrivate: [], search: off }   # addresses that web_fetch may reach though they are private; search: off | brave | tavily | a SearXNG address
heartbeat: off                        # off | a duration
limits: { iterations: 20, tokensPerDay: 500000, actsPerHour: 120 }             # iterations: 1 to 20
timezone: Europe/Berlin
units: metric
`
