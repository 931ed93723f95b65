import { useMetrics } from '../../api/queries';
import { ErrorNotice, Notice, StaleBanner } from '../../components/notice';
import table from '../../components/table.module.css';
import { useDocumentTitle } from '../use-document-title';
import { MetricRow } from './metric-row';

export function MetricsPage() {
  useDocumentTitle('Metrics');
  const { data: metrics, error, refetch } = useMetrics();
  if (metrics === undefined) {
    return error === null ? (
      <p className={table.loading}>Loading…</p>
    ) : (
      <ErrorNotice title="The metrics could not be loaded" error={error} retry={refetch} />
    );
  }
  if (metrics.length === 0) return <Notice icon="metrics" title="No metrics yet" />;
  return (
    <>
      <h1 className="visually-hidden">Metrics</h1>
      {error !== null && <StaleBanner error={error} retry={refetch} />}
      <div className={table.scroller}>
        <table className={table.table}>
          <thead>
            <tr>
              <th>Metric</th>
              <th>Last value</th>
              <th>Type</th>
              <th>Service</th>
              <th className={table.number}>Points</th>
              <th>Last point</th>
            </tr>
          </thead>
          <tbody>
            {metrics.map((metric) => (
              <MetricRow key={`${metric.service} ${metric.name} ${metric.type}`} metric={metric} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
