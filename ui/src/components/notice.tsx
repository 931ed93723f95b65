// What stands where content would: an error with its way out, or the statement that there is nothing.

import { Button } from './button';
import { Icon, type IconName } from './icon';
import styles from './notice.module.css';

interface Properties {
  icon?: IconName;
  title: string;
  children?: React.ReactNode;
  alert?: boolean;
}

export function Notice({ icon, title, children, alert = false }: Properties) {
  return (
    <section className={styles.notice} role={alert ? 'alert' : undefined}>
      {icon !== undefined && <Icon name={icon} size={28} className={alert ? styles.alertIcon : styles.icon} />}
      <h2 className={styles.title}>{title}</h2>
      {children}
    </section>
  );
}

export function ErrorNotice({ title, error, retry }: { title: string; error: Error; retry: () => unknown }) {
  return (
    <Notice icon="error" title={title} alert>
      <p className={styles.text}>{error.message}</p>
      <Button look="primary" onClick={() => void retry()}>
        Try again
      </Button>
    </Notice>
  );
}

/** For when older data can still be shown: one line above it. */
export function StaleBanner({ error, retry }: { error: Error; retry: () => unknown }) {
  return (
    <div className={styles.banner} role="alert">
      <Icon name="error" />
      <span className={styles.bannerText}>{error.message} What you see was loaded before.</span>
      <Button onClick={() => void retry()}>Try again</Button>
    </div>
  );
}
