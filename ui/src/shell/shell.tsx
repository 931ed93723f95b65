// The frame around every page: where one is, where one can go, and what the server says of itself.

import { useState } from 'react';
import { useLocation } from 'wouter';
import { useShortcuts } from '../keyboard/use-shortcuts';
import { CommandPalette } from './command-palette';
import { destinations } from './destinations';
import { Footer } from './footer';
import { Header } from './header';
import { ShortcutSheet } from './shortcut-sheet';
import styles from './shell.module.css';
import { TabBar } from './tab-bar';

type Overlay = 'palette' | 'shortcuts' | null;

export function Shell({ children }: { children: React.ReactNode }) {
  const [, navigate] = useLocation();
  const [overlay, setOverlay] = useState<Overlay>(null);
  const show = (wanted: Overlay) => (): void => setOverlay(wanted);
  useShortcuts({
    ...Object.fromEntries(destinations.map(({ path, keys }) => [keys, () => navigate(path)])),
    'Mod+k': show('palette'),
    '?': show('shortcuts'),
  });
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#main">
        Skip to the content
      </a>
      <Header openPalette={show('palette')} openShortcuts={show('shortcuts')} />
      <main id="main" className={styles.main} tabIndex={-1}>
        {children}
      </main>
      <Footer />
      <TabBar />
      {overlay === 'palette' && <CommandPalette close={show(null)} />}
      {overlay === 'shortcuts' && <ShortcutSheet close={show(null)} />}
    </div>
  );
}
