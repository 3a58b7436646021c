import type { Dashboard, Panel, RowPanel } from '@grafana/schema'
import type { FieldConfig, Options } from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen'

/** A type as JSON has it: an enumeration is one of its strings. */
type Plain<T> = unknown extends T ? T : T extends string ? `${T}` : T extends object ? { [K in keyof T]: Plain<T[K]> } : T

/** A query of Prometheus, with the fields that the dashboard uses. */
interface Target { refId: string, datasource: { type: 'prometheus', uid: string }, expr: string, legendFormat: string }

type TimeSeries = Omit<Plain<Panel<Options, FieldConfig>>, 'type' | 'targets' | 'options'> &
  { type: 'timeseries', targets: Target[], options: Plain<Options> }

/** The dashboard: rows, and panels of time series. */
export type Board = Omit<Plain<Dashboard>, 'panels'> & { panels: ((Plain<RowPanel> & { type: 'row' }) | TimeSeries)[] }
