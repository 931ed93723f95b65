import { Button } from './button';
import bar from './filter-bar.module.css';
import styles from './live-button.module.css';

/** Live updates on or off. They pause by themselves while the page is hidden. */
export function LiveButton({ live, change }: { live: boolean; change: (live: boolean) => void }) {
  return (
    <Button
      className={bar.live}
      aria-pressed={live}
      onClick={() => change(!live)}
      title={live ? 'New data appears by itself (r)' : 'Updates are paused (r)'}
    >
      <span className={live ? styles.on : styles.off} />
      Live
    </Button>
  );
}
