// The little of Markdown that models write all the time: code, emphasis and headings. Everything else of a message
// stays as it is, because a reader debugging a prompt has to see what was sent, not what a renderer made of it.

export interface Inline {
  type: 'plain' | 'strong' | 'code';
  text: string;
}
export type Block = { type: 'code'; text: string } | { type: 'text'; content: Inline[] };

const fence = /^```[^\n`]*\n([\s\S]*?)^```[^\S\n]*$\n?/gm;
const inline = /`([^`\n]+)`|\*\*([^*\n]+)\*\*|^#{1,6} +([^\n]+)$/gm;

function inlineOf(text: string): Inline[] {
  const content: Inline[] = [];
  let end = 0;
  for (const match of text.matchAll(inline)) {
    const [all, code, strong, heading] = match;
    if (match.index > end) content.push({ type: 'plain', text: text.slice(end, match.index) });
    content.push(code === undefined ? { type: 'strong', text: strong ?? heading ?? '' } : { type: 'code', text: code });
    end = match.index + all.length;
  }
  if (end < text.length) content.push({ type: 'plain', text: text.slice(end) });
  return content;
}

export function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let end = 0;
  const addText = (to: number): void => {
    const between = text.slice(end, to);
    if (between.trim() !== '') blocks.push({ type: 'text', content: inlineOf(between) });
  };
  for (const match of text.matchAll(fence)) {
    addText(match.index);
    blocks.push({ type: 'code', text: match[1]?.replace(/\n$/, '') ?? '' });
    end = match.index + match[0].length;
  }
  addText(text.length);
  return blocks;
}
