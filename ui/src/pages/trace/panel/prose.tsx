import { blocksOf, type Inline } from '../../../genai/prose';
import styles from './prose.module.css';

function InlineView({ type, text }: Inline) {
  if (type === 'strong') return <strong>{text}</strong>;
  return type === 'code' ? <code className={styles.code}>{text}</code> : text;
}

/** A message's text, with the code and emphasis in it set apart. */
export function Prose({ text }: { text: string }) {
  return blocksOf(text).map((block, index) =>
    block.type === 'code' ? (
      <code key={index} className={styles.block}>
        {block.text}
      </code>
    ) : (
      <span key={index}>
        {block.content.map((part, position) => (
          <InlineView key={position} {...part} />
        ))}
      </span>
    ),
  );
}
