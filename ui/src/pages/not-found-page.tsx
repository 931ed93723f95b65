import { Link } from 'wouter';
import { Notice } from '../components/notice';

export function NotFoundPage() {
  return (
    <Notice icon="search" title="There is no such page">
      <Link href="/">Go to the traces</Link>
    </Notice>
  );
}
