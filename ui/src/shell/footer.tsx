import { Link } from 'wouter';
import { useStatus } from '../api/queries';
import { formatCount, plural } from '../components/format';
import { classNames } from '../styles/class-names';
import styles from './footer.module.css';

/** One line of the server's state on every page; refusals are never out of sight. */
export function Footer() {
  const { data, error } = useStatus();
  const refused = data?.refused.reduce((sum, { count }) => sum + count, 0) ?? 0;
  return (
    <footer className={styles.footer}>
      <span className={classNames(styles.state, error !== null && styles.down)}>
        {error !== null ? 'Server not reached' : data === undefined ? 'Connecting…' : `sonde ${data.version}`}
      </span>
      {data !== undefined && (
        <>
          <span className={styles.directory} title={`Data directory: ${data.dataDirectory}`}>
            {data.dataDirectory}
          </span>
          <span>{plural(data.totals.spans, 'span')}</span>
          <span>{plural(data.totals.logRecords, 'log record')}</span>
          <span>{plural(data.totals.dataPoints, 'data point')}</span>
          <Link href="/status" className={classNames(styles.refused, refused > 0 && styles.someRefused)}>
            {formatCount(refused)} refused
          </Link>
        </>
      )}
    </footer>
  );
}
