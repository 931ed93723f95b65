import type { Log } from '../api/types';
import { toLine } from '../attributes/any-value';
import { Tag } from './tag';

const warnings = 13;
const errors = 17;

export function SeverityTag({ log }: { log: Log }) {
  const tone = log.severityNumber >= errors ? 'danger' : log.severityNumber >= warnings ? 'warning' : 'plain';
  const text =
    log.severityText !== '' ? log.severityText : log.severityNumber > 0 ? String(log.severityNumber) : 'unset';
  return (
    <Tag tone={tone} title={`Severity ${log.severityNumber}`}>
      {text.toUpperCase()}
    </Tag>
  );
}

const longestBody = 600;

/** The body on a line; the event's name for a record that has no body. */
export function LogBody({ log }: { log: Log }) {
  const body = toLine(log.body, longestBody);
  return <>{body === '' ? log.eventName : body}</>;
}
