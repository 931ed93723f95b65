import { useState } from 'react';
import { Link } from 'wouter';
import type { Log } from '../../api/types';
import { Icon } from '../../components/icon';
import { LogBody, SeverityTag } from '../../components/log-parts';
import table from '../../components/table.module.css';
import { formatExactTimestamp, formatTimestamp } from '../../time/timestamp';
import { LogDetails } from './log-details';
import styles from './log-table.module.css';

/** Tells records apart across refreshes, of which new ones move every index. */
const keyOf = (log: Log, index: number): string =>
  `${log.timeUnixNano} ${log.spanId} ${log.traceId === '' ? index : ''}`;

function LogRow({ log }: { log: Log }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <tr className={styles.record}>
        <td className={table.quiet} title={formatExactTimestamp(log.timeUnixNano)}>
          {formatTimestamp(log.timeUnixNano)}
        </td>
        <td>
          <SeverityTag log={log} />
        </td>
        <td className={table.secondary}>{log.service}</td>
        <td className={styles.body}>
          <button type="button" className={styles.open} aria-expanded={open} onClick={() => setOpen(!open)}>
            <Icon name="chevron" size={11} className={open ? styles.expanded : undefined} />
            <span className={styles.text}>
              <LogBody log={log} />
            </span>
          </button>
        </td>
        <td className={styles.trace}>
          {log.traceId !== '' && (
            <Link href={`/trace/${log.traceId}${log.spanId === '' ? '' : `?span=${log.spanId}&tab=logs`}`}>
              <code>{log.traceId.slice(0, 8)}</code>
            </Link>
          )}
        </td>
      </tr>
      {open && (
        <tr>
          <td colSpan={5} className={styles.details}>
            <LogDetails log={log} />
          </td>
        </tr>
      )}
    </>
  );
}

export function LogTable({ logs }: { logs: Log[] }) {
  return (
    <table className={table.table}>
      <thead>
        <tr>
          <th>Time</th>
          <th>Severity</th>
          <th>Service</th>
          <th>Body</th>
          <th>Trace</th>
        </tr>
      </thead>
      <tbody>
        {logs.map((log, index) => (
          <LogRow key={`${keyOf(log, index)} ${logs.length - index}`} log={log} />
        ))}
      </tbody>
    </table>
  );
}
