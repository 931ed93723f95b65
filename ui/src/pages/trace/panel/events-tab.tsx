import type { KeyValue, Span, SpanEvent } from '../../../api/types';
import { find, toText } from '../../../attributes/any-value';
import { CopyButton } from '../../../components/copy-button';
import { formatDuration } from '../../../time/duration';
import { formatExactTimestamp, offsetFrom } from '../../../time/timestamp';
import { AttributeList } from './attribute-list';
import styles from './events-tab.module.css';
import { Dropped, Nothing } from './tab-parts';

const exceptionKeys = new Set(['exception.type', 'exception.message', 'exception.stacktrace']);

export function ExceptionView({ attributes }: { attributes: KeyValue[] }) {
  const type = toText(find(attributes, 'exception.type'));
  const message = toText(find(attributes, 'exception.message'));
  const stacktrace = toText(find(attributes, 'exception.stacktrace'));
  return (
    <div className={styles.exception}>
      <p className={styles.exceptionTitle}>
        <strong>{type === '' ? 'Exception' : type}</strong>
        {message !== '' && <span>{message}</span>}
      </p>
      {stacktrace !== '' && (
        <div className={styles.stack}>
          <CopyButton className={styles.copy} text={stacktrace} label="Copy the stack trace" />
          {/* Scrolls sideways, so the keyboard has to reach it. */}
          {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
          <pre tabIndex={0}>{stacktrace}</pre>
        </div>
      )}
    </div>
  );
}

function EventView({ event, after }: { event: SpanEvent; after: number }) {
  const exception = event.attributes.some(({ key }) => exceptionKeys.has(key));
  const rest = exception ? event.attributes.filter(({ key }) => !exceptionKeys.has(key)) : event.attributes;
  return (
    <li className={styles.event}>
      <div className={styles.head}>
        <span className={exception ? styles.exceptionName : styles.name}>{event.name}</span>
        <span className={styles.time} title={formatExactTimestamp(event.timeUnixNano)}>
          +{formatDuration(after)}
        </span>
      </div>
      {exception && <ExceptionView attributes={event.attributes} />}
      {rest.length > 0 && <AttributeList attributes={rest} />}
    </li>
  );
}

export function EventsTab({ span }: { span: Span }) {
  const start = BigInt(span.startTimeUnixNano);
  const timed = span.events
    .map((event) => ({ event, after: offsetFrom(start, event.timeUnixNano) }))
    .sort((a, b) => a.after - b.after);
  return (
    <>
      {timed.length === 0 && <Nothing>Nothing was recorded as an event of this span.</Nothing>}
      <ol>
        {timed.map(({ event, after }, index) => (
          <EventView key={index} event={event} after={after} />
        ))}
      </ol>
      <Dropped count={span.droppedEvents} what="events" />
    </>
  );
}
