import styles from './trace-table.module.css';

const columns: [string, string | undefined][] = [
  ['Started', undefined],
  ['Trace', undefined],
  ['Duration', undefined],
  ['Spans', styles.number],
  ['Errors', styles.number],
  ['Tokens in → out', styles.number],
  ['Cost', styles.number],
  ['Models', undefined],
];

export function TraceTableHead() {
  return (
    <div role="rowgroup" className={styles.head}>
      <div role="row" aria-rowindex={1} className={styles.headRow}>
        {columns.map(([name, className]) => (
          <span key={name} role="columnheader" className={className}>
            {name}
          </span>
        ))}
      </div>
    </div>
  );
}
