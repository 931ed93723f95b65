import type { Operation } from '../genai/operation';
import type { TimedNode, TraceModel } from './model';

export type ColourBy = 'operation' | 'service';

export const operationColour = (operation: Operation): string => `var(--operation-${operation})`;

export function colourOf(node: TimedNode, model: TraceModel, by: ColourBy): string {
  return by === 'operation'
    ? operationColour(node.operation)
    : (model.serviceColours.get(node.span.service) ?? 'var(--series-0)');
}
