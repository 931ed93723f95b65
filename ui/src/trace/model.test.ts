import { describe, expect, it } from 'vitest';
import type { Span, Trace } from '../api/types';
import { durationText } from './duration-text';
import { spanWith } from './fixture';
import { modelOf } from './model';
import { selfTime } from './self-time';

const traceOf = (spans: Span[]): Trace => ({ traceId: 't', spans, resources: [], logs: [] });
const timed = (spanId: string, parentSpanId: string, start: number, duration: number): Span =>
  spanWith({
    spanId,
    parentSpanId,
    startTimeUnixNano: `1764000000000000${String(start).padStart(3, '0')}`,
    durationNano: String(duration),
  });

describe('modelOf', () => {
  it('has nothing for no spans', () => {
    expect(modelOf(traceOf([]))).toBeNull();
  });

  it('measures from the earliest start to the latest end, exactly', () => {
    const model = modelOf(traceOf([timed('a', '', 100, 50), timed('b', 'a', 120, 80)]));
    expect(model).toMatchObject({ startTimeUnixNano: '1764000000000000100', duration: 100 });
    expect(model?.nodes.map((node) => node.offset)).toEqual([0, 20]);
  });

  it('takes the real root for the header, also when an orphan began earlier', () => {
    expect(modelOf(traceOf([timed('orphan', 'gone', 1, 5), timed('root', '', 2, 5)]))?.root.spanId).toBe('root');
  });

  it('lets a running span last as long as anything is known of the trace', () => {
    const running = (spanId: string, duration: number) => ({ ...timed(spanId, '', 100, duration), isRunning: true });
    const model = modelOf(traceOf([running('silent', 0), running('heard of', 300), timed('done', '', 120, 80)]));
    expect(model?.duration).toBe(300);
    expect(model?.nodes.map((node) => [node.span.spanId, node.duration, durationText(node)])).toEqual([
      ['silent', 300, 'running, 300 ns'],
      ['heard of', 300, 'running, 300 ns'],
      ['done', 80, '80 ns'],
    ]);
  });

  it('names two spans of one id apart', () => {
    const model = modelOf(traceOf([timed('a', '', 1, 5), timed('a', '', 2, 5)]));
    expect([...(model?.positionByKey ?? [])]).toEqual([
      ['a', 0],
      ['a~2', 1],
    ]);
  });

  it('sums errors and tokens over all roots', () => {
    const genAi = { operation: 'chat', provider: 'p', model: 'm', inputTokens: 5, outputTokens: 2, finishReasons: [] };
    const model = modelOf(
      traceOf([
        spanWith({ spanId: 'a', genAi }),
        spanWith({ spanId: 'b', genAi, status: { code: 'error', message: '' } }),
      ]),
    );
    expect(model).toMatchObject({ errors: 1, inputTokens: 10, outputTokens: 4, models: ['m'] });
  });
});

describe('selfTime', () => {
  it('leaves out what children cover, once, and only within the span', () => {
    const model = modelOf(
      traceOf([
        timed('a', '', 0, 100),
        timed('b', 'a', 10, 30),
        timed('c', 'a', 20, 40),
        timed('d', 'a', 90, 50),
        timed('e', 'b', 15, 5),
      ]),
    );
    expect(selfTime(model?.nodes ?? [], 0)).toBe(40);
  });
});
