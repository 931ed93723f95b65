import { Link, useLocation } from 'wouter';
import { Icon } from '../components/icon';
import { destinations, isAt } from './destinations';
import styles from './tab-bar.module.css';

/** The pages within reach of a thumb; narrow screens only. */
export function TabBar() {
  const [location] = useLocation();
  return (
    <nav className={styles.bar} aria-label="Pages">
      {destinations.map((destination) => (
        <Link
          key={destination.path}
          href={destination.path}
          className={styles.tab}
          aria-current={isAt(destination, location) ? 'page' : undefined}
        >
          <Icon name={destination.icon} size={18} />
          {destination.name}
        </Link>
      ))}
    </nav>
  );
}
