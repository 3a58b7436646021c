// The Grafana dashboard has the form that Grafana's own types describe, and faults would be found.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { check } from '../monitoring/check.mjs'

const file = join(import.meta.dirname, '../../deploy/monitoring/grafana/dashboards/mls.json')
const board = () => JSON.parse(readFileSync(file, 'utf8'))

test('the dashboard fits the types of @grafana/schema', { timeout: 150_000 }, async () => {
  assert.equal(await check('dashboard', board()), '')
})

const faults = {
  'an unknown mode of the legend': (panel) => { panel.options.legend.displayMode = 'lists' },
  'a misspelt field': (panel) => { panel.gridPosition = panel.gridPos },
  'a number for a title': (panel) => { panel.title = 7 },
  'a target without expression': (panel) => { delete panel.targets[0].expr },
}
for (const [name, spoil] of Object.entries(faults)) {
  test(`the types find ${name}`, { timeout: 150_000 }, async () => {
    const spoilt = board()
    spoil(spoilt.panels.find(({ type }) => type === 'timeseries'))
    assert.match(await check('spoilt', spoilt), /error TS/)
  })
}

test('panels do not overlap, and their ids are unique', () => {
  const taken = new Set()
  const ids = new Set()
  for (const { id, title, gridPos: { x, y, w, h } } of board().panels) {
    assert.ok(!ids.has(id), `${title} has the id of another panel`)
    ids.add(id)
    assert.ok(x + w <= 24, `${title} is too wide`)
    for (let i = x; i < x + w; i++) {
      for (let j = y; j < y + h; j++) {
        assert.ok(!taken.has(`${i},${j}`), `${title} covers another panel`)
        taken.add(`${i},${j}`)
      }
    }
  }
})
