import type { KeyValue, Log } from '../../api/types';
import { AttributeList } from '../trace/panel/attribute-list';

/** All of a record: its body, its event's name and its attributes. */
export function LogDetails({ log }: { log: Log }) {
  const own: KeyValue[] = [
    { key: 'body', value: log.body },
    { key: 'event name', value: { stringValue: log.eventName } },
    { key: 'trace id', value: { stringValue: log.traceId } },
    { key: 'span id', value: { stringValue: log.spanId } },
  ];
  return <AttributeList attributes={[...own.filter(({ value }) => value?.stringValue !== ''), ...log.attributes]} />;
}
