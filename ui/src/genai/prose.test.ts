import { describe, expect, it } from 'vitest';
import { blocksOf, type Block } from './prose';

const plain = (text: string): Block => ({ type: 'text', content: [{ type: 'plain', text }] });

describe('blocksOf', () => {
  it('leaves plain text as it is, lines and spaces included', () => {
    expect(blocksOf('one\n  two * three ** four')).toEqual([plain('one\n  two * three ** four')]);
  });

  it('takes code out of its fences', () => {
    expect(blocksOf('Run:\n```sh\nsonde serve\n```\nThen look.')).toEqual([
      plain('Run:\n'),
      { type: 'code', text: 'sonde serve' },
      plain('Then look.'),
    ]);
  });

  it('marks code, emphasis and headings', () => {
    expect(blocksOf('## Ports\nThe **page** is on `16686`.')).toEqual([
      {
        type: 'text',
        content: [
          { type: 'strong', text: 'Ports' },
          { type: 'plain', text: '\nThe ' },
          { type: 'strong', text: 'page' },
          { type: 'plain', text: ' is on ' },
          { type: 'code', text: '16686' },
          { type: 'plain', text: '.' },
        ],
      },
    ]);
  });

  it('leaves a fence that is never closed, as in an answer cut short', () => {
    expect(blocksOf('```\nint main(')).toEqual([plain('```\nint main(')]);
  });

  it('has nothing for an empty text', () => {
    expect(blocksOf('')).toEqual([]);
  });
});
