import type { Log, Span } from '../../../api/types';
import { LogBody, SeverityTag } from '../../../components/log-parts';
import { formatDuration } from '../../../time/duration';
import { formatExactTimestamp, offsetFrom } from '../../../time/timestamp';
import { AttributeList } from './attribute-list';
import styles from './events-tab.module.css';

export function LogsTab({ span, logs }: { span: Span; logs: Log[] }) {
  const start = BigInt(span.startTimeUnixNano);
  const timed = logs
    .map((log) => ({ log, after: offsetFrom(start, log.timeUnixNano) }))
    .sort((a, b) => a.after - b.after);
  return (
    <ol>
      {timed.map(({ log, after }, index) => (
        <li key={index} className={styles.event}>
          <div className={styles.head}>
            <SeverityTag log={log} />
            <span className={styles.name}>
              <LogBody log={log} />
            </span>
            <span className={styles.time} title={formatExactTimestamp(log.timeUnixNano)}>
              +{formatDuration(after)}
            </span>
          </div>
          {log.attributes.length > 0 && <AttributeList attributes={log.attributes} />}
        </li>
      ))}
    </ol>
  );
}
