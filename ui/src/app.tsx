import { Route, Switch } from 'wouter';
import { LogsPage } from './pages/logs/logs-page';
import { MetricsPage } from './pages/metrics/metrics-page';
import { NotFoundPage } from './pages/not-found-page';
import { StatusPage } from './pages/status/status-page';
import { TracePage } from './pages/trace/trace-page';
import { TracesPage } from './pages/traces/traces-page';
import { Shell } from './shell/shell';

export function App() {
  return (
    <Shell>
      <Switch>
        <Route path="/" component={TracesPage} />
        <Route path="/trace/:traceId">
          {({ traceId }) => <TracePage key={traceId} traceId={traceId.toLowerCase()} />}
        </Route>
        <Route path="/logs" component={LogsPage} />
        <Route path="/metrics" component={MetricsPage} />
        <Route path="/status" component={StatusPage} />
        <Route component={NotFoundPage} />
      </Switch>
    </Shell>
  );
}
