import { classNames } from '../styles/class-names';
import styles from './button.module.css';

type Properties = React.ComponentProps<'button'> & {
  look?: 'plain' | 'primary' | 'quiet';
  /** Holds an icon and nothing else; give it an aria-label. */
  square?: boolean;
};

export function Button({ look = 'plain', square = false, className, ...rest }: Properties) {
  return (
    <button
      type="button"
      className={classNames(styles.button, look !== 'plain' && styles[look], square && styles.square, className)}
      {...rest}
    />
  );
}
