import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiError } from './api/client';
import { App } from './app';
import './styles/tokens.css';
import './styles/base.css';

const client = new QueryClient({
  defaultOptions: {
    queries: {
      // A server that said no says it again; one that could not be reached may be restarting.
      retry: (failures, error) => failures < 2 && !(error instanceof ApiError && error.code >= 400 && error.code < 500),
      retryDelay: 500,
      // The page stands on this machine's own server: being offline is no reason not to ask.
      networkMode: 'always',
    },
  },
});

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <App />
    </QueryClientProvider>
  </StrictMode>,
);
