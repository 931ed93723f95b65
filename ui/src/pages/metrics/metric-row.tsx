import { useState } from 'react';
import { useMetricPoints } from '../../api/queries';
import type { MetricSummary } from '../../api/types';
import { formatCount, plural } from '../../components/format';
import { Icon } from '../../components/icon';
import table from '../../components/table.module.css';
import { formatExactTimestamp, formatRelative } from '../../time/timestamp';
import { useNow } from '../../time/use-now';
import { labelOf, lastPoints, shortLabelOf, valueOf, type Series } from './last-points';
import styles from './metric-row.module.css';

const shownSeries = 2;

const typeNames: Record<string, string> = { exponentialHistogram: 'exponential histogram' };

function SeriesRows({ series, unit }: { series: Series[]; unit: string }) {
  return (
    <table className={styles.series}>
      <tbody>
        {series.map(({ attributes, point }, index) => (
          <tr key={index}>
            <td className={styles.label}>{attributes.length === 0 ? 'no attributes' : labelOf(attributes)}</td>
            <td>{valueOf(point, unit)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function MetricRow({ metric }: { metric: MetricSummary }) {
  const [open, setOpen] = useState(false);
  const now = useNow();
  const { data } = useMetricPoints(metric.name, metric.lastTimeUnixNano);
  const series = data === undefined ? [] : lastPoints(data);
  return (
    <>
      <tr className={styles.metric}>
        <td className={styles.name} title={metric.description}>
          <button type="button" className={styles.open} aria-expanded={open} onClick={() => setOpen(!open)}>
            <Icon name="chevron" size={11} className={open ? styles.expanded : undefined} />
            {metric.name}
          </button>
        </td>
        <td className={styles.value} title={plural(series.length, 'series', 'series')}>
          {series.slice(0, shownSeries).map(({ attributes, point }, index) => (
            <span key={index} className={styles.last}>
              {series.length > 1 && <span className={table.quiet}>{shortLabelOf(attributes)} </span>}
              {valueOf(point, metric.unit)}
            </span>
          ))}
          {series.length > shownSeries && <span className={table.quiet}>+{series.length - shownSeries}</span>}
        </td>
        <td className={table.secondary}>{typeNames[metric.type] ?? metric.type}</td>
        <td className={table.secondary}>{metric.service}</td>
        <td className={table.number}>{formatCount(metric.points)}</td>
        <td className={table.quiet} title={formatExactTimestamp(metric.lastTimeUnixNano)}>
          {formatRelative(metric.lastTimeUnixNano, now)}
        </td>
      </tr>
      {open && (
        <tr>
          <td colSpan={6} className={styles.details}>
            {metric.description !== '' && <p className={styles.description}>{metric.description}</p>}
            <SeriesRows series={series} unit={metric.unit} />
          </td>
        </tr>
      )}
    </>
  );
}
