import { classNames } from '../styles/class-names';
import styles from './tag.module.css';

type Tone = 'plain' | 'danger' | 'warning' | 'accent';

/** A short fact in a box of its own: a model, an error count, a status. */
export function Tag({
  tone = 'plain',
  mono = false,
  title,
  children,
}: {
  tone?: Tone;
  mono?: boolean;
  title?: string | undefined;
  children: React.ReactNode;
}) {
  return (
    <span className={classNames(styles.tag, styles[tone], mono && styles.mono)} title={title}>
      {children}
    </span>
  );
}
