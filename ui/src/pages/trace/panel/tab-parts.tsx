import styles from './tab-parts.module.css';

/** What a tab says when it has nothing to show. */
export function Nothing({ children }: { children: React.ReactNode }) {
  return <p className={styles.nothing}>{children}</p>;
}

/** That the application had more than it kept. */
export function Dropped({ count, what }: { count: number; what: string }) {
  if (!(count > 0)) return null;
  return (
    <p className={styles.dropped}>
      {count} more {what} {count === 1 ? 'was' : 'were'} dropped by the application’s limits.
    </p>
  );
}
