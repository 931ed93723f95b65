import { Link, useLocation } from 'wouter';
import { Button } from '../components/button';
import { Icon } from '../components/icon';
import { destinations, isAt } from './destinations';
import styles from './header.module.css';
import { ThemeButton } from './theme-button';

const commandKey = navigator.userAgent.includes('Mac') ? '⌘ K' : 'Ctrl K';

export function Header({ openPalette, openShortcuts }: { openPalette: () => void; openShortcuts: () => void }) {
  const [location] = useLocation();
  return (
    <header className={styles.header}>
      <Link href="/" className={styles.brand} aria-label="Sonde, traces">
        <svg width="18" height="22" viewBox="0 0 18 22" fill="none" aria-hidden="true">
          <path d="M2 2.5h14M9 2.5v10" stroke="var(--accent)" strokeWidth="2" strokeLinecap="round" />
          <circle cx="9" cy="16.5" r="3.6" fill="var(--operation-model)" />
        </svg>
        <span>sonde</span>
      </Link>
      <nav className={styles.navigation} aria-label="Pages">
        {destinations.map((destination) => (
          <Link
            key={destination.path}
            href={destination.path}
            className={styles.page}
            aria-current={isAt(destination, location) ? 'page' : undefined}
            title={`${destination.name} (${destination.keys})`}
          >
            {destination.name}
          </Link>
        ))}
      </nav>
      <button type="button" className={styles.palette} onClick={openPalette} title="Go to a trace, page or service">
        <Icon name="search" size={14} />
        <span className={styles.paletteText}>Go to…</span>
        <kbd className={styles.key} aria-hidden="true">
          {commandKey}
        </kbd>
      </button>
      <Button
        look="quiet"
        square
        className={styles.shortcuts}
        onClick={openShortcuts}
        aria-label="Keyboard shortcuts"
        title="Keyboard shortcuts (?)"
      >
        <Icon name="keyboard" />
      </Button>
      <ThemeButton />
    </header>
  );
}
