import { TraceTableHead } from './trace-table-head';
import styles from './trace-table.module.css';

const rows = Array.from({ length: 14 }, (_, index) => index);

/** The table before its rows: of the same measures, so that nothing moves when they come. */
export function TraceTableSkeleton() {
  return (
    <div className={styles.table} aria-busy="true" aria-label="Loading traces" role="grid">
      <TraceTableHead />
      <div className={styles.skeleton}>
        {rows.map((row) => (
          <div key={row} className={styles.skeletonRow}>
            <span className={styles.blank} style={{ width: '60%' }} />
            <span className={styles.blank} style={{ width: `${30 + ((row * 37) % 40)}%` }} />
            <span className={styles.blank} style={{ width: `${25 + ((row * 53) % 60)}%` }} />
          </div>
        ))}
      </div>
    </div>
  );
}
