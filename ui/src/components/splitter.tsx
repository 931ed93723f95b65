import { classNames } from '../styles/class-names';
import styles from './splitter.module.css';

interface Properties {
  label: string;
  /** Of the part that is sized, in pixels. */
  size: number;
  least: number;
  most: number;
  change: (size: number) => void;
  /** Which way the sized part grows when the splitter goes right. */
  grows: 'right' | 'left';
  className?: string | undefined;
}

const step = 24;

/** The line between two parts of the page, which can be dragged, and moved with the arrow keys. */
export function Splitter({ label, size, least, most, change, grows, className }: Properties) {
  const sign = grows === 'right' ? 1 : -1;
  const resize = (wanted: number): void => change(Math.round(Math.min(Math.max(wanted, least), most)));
  const startDrag = (event: React.PointerEvent<HTMLDivElement>): void => {
    if (event.button !== 0) return;
    const handle = event.currentTarget;
    const from = event.clientX;
    const drag = (move: PointerEvent): void => resize(size + sign * (move.clientX - from));
    handle.setPointerCapture(event.pointerId);
    handle.addEventListener('pointermove', drag);
    handle.addEventListener('lostpointercapture', () => handle.removeEventListener('pointermove', drag), {
      once: true,
    });
    event.preventDefault();
  };
  return (
    // A separator that moves is a widget; the rule knows only the one that does not.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={size}
      aria-valuemin={least}
      aria-valuemax={most}
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      className={classNames(styles.splitter, className)}
      onPointerDown={startDrag}
      onKeyDown={(event) => {
        if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
        resize(size + sign * (event.key === 'ArrowRight' ? step : -step));
        event.preventDefault();
        event.stopPropagation();
      }}
    />
  );
}
