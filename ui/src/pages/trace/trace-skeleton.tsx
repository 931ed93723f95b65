import header from './trace-header.module.css';
import styles from './trace-skeleton.module.css';

const rows = Array.from({ length: 10 }, (_, index) => index);

/** The trace's page before its spans, of the same measures. */
export function TraceSkeleton() {
  return (
    <div aria-busy="true" aria-label="Loading the trace" role="status">
      <div className={header.header}>
        <span className={styles.blank} style={{ width: 260, height: 18 }} />
        <span className={styles.blank} style={{ width: 420, height: 11, marginTop: 12 }} />
      </div>
      {rows.map((row) => (
        <div key={row} className={styles.row}>
          <span
            className={styles.blank}
            style={{ width: `${40 + ((row * 31) % 45)}%`, marginLeft: Math.min(row, 4) * 14 }}
          />
          <span
            className={styles.blank}
            style={{ width: `${18 + ((row * 47) % 60)}%`, marginLeft: `${(row * 7) % 30}%` }}
          />
        </div>
      ))}
    </div>
  );
}
