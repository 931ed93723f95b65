import { Dialog } from '../components/dialog';
import { shortcutGroups } from '../keyboard/shortcuts';
import styles from './shortcut-sheet.module.css';

export function ShortcutSheet({ close }: { close: () => void }) {
  return (
    <Dialog label="Keyboard shortcuts" close={close}>
      {/* Scrolls on small screens, so the keyboard has to reach it. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className={styles.sheet} tabIndex={0}>
        {shortcutGroups.map(({ title, shortcuts }) => (
          <section key={title}>
            <h2 className={styles.title}>{title}</h2>
            <dl className={styles.list}>
              {shortcuts.map(({ keys, does }) => (
                <div key={does} className={styles.shortcut}>
                  <dt>
                    {keys.map((key) => (
                      <kbd key={key} className={styles.key}>
                        {key}
                      </kbd>
                    ))}
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
