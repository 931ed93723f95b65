import type { KeyValue, Span } from '../../../api/types';
import { AttributeList } from './attribute-list';
import { Nothing } from './tab-parts';

/** What produced the span: the resource, and the instrumentation scope. */
export function ResourceTab({ span, resource }: { span: Span; resource: KeyValue[] }) {
  const scope: KeyValue[] = [
    { key: 'otel.scope.name', value: { stringValue: span.scope.name } },
    { key: 'otel.scope.version', value: { stringValue: span.scope.version } },
  ].filter(({ value }) => value.stringValue !== '');
  if (resource.length + scope.length === 0) return <Nothing>The application said nothing of itself.</Nothing>;
  return <AttributeList attributes={[...resource, ...scope]} />;
}
