// The page's one way to the server.

/** The server answered with an error, or (code 0) could not be reached. */
export class ApiError extends Error {
  override name = 'ApiError';
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

export type Parameters = Record<string, string | number | undefined>;

function pathWith(path: string, parameters: Parameters): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== '') search.set(name, String(value));
  }
  const text = search.toString();
  return `/api/sonde/${path}${text === '' ? '' : `?${text}`}`;
}

function errorMessage(body: unknown): string | null {
  const message = (body as { error?: { message?: unknown } } | null)?.error?.message;
  return typeof message === 'string' && message !== '' ? message : null;
}

async function fetchAnswer(url: string, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, { signal, headers: { accept: 'application/json' } });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new ApiError(0, `No answer from ${window.location.origin}. Is sonde serve still running?`);
  }
}

/** Asks `/api/sonde/{path}`, and passes what it answers through `check`. Throws ApiError or UnexpectedAnswer. */
export async function ask<T>(
  path: string,
  parameters: Parameters,
  check: (value: unknown) => T,
  signal: AbortSignal,
): Promise<T> {
  const response = await fetchAnswer(pathWith(path, parameters), signal);
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) {
    throw new ApiError(
      response.status,
      errorMessage(body) ?? `The server answered ${response.status} ${response.statusText}.`,
    );
  }
  return check(body);
}
