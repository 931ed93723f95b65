// What a new user sees: where to send data, and that the page is waiting for it.

import { useStatus } from '../../api/queries';
import { CopyButton } from '../../components/copy-button';
import styles from './first-steps.module.css';

const withScheme = (endpoint: string): string => (endpoint.includes('://') ? endpoint : `http://${endpoint}`);

function Snippet({ title, text }: { title: string; text: string }) {
  return (
    <section className={styles.snippet}>
      <div className={styles.snippetHead}>
        <h3>{title}</h3>
        <CopyButton text={text} label={`Copy: ${title}`}>
          Copy
        </CopyButton>
      </div>
      {/* Scrolls sideways, so the keyboard has to reach it. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre className={styles.code} tabIndex={0}>
        {text}
      </pre>
    </section>
  );
}

const oneSpan = (endpoint: string): string => `now=$(date +%s)
curl ${endpoint}/v1/traces -H 'content-type: application/json' -d '{
  "resourceSpans": [{
    "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "hello"}}]},
    "scopeSpans": [{"spans": [{
      "traceId": "'$(openssl rand -hex 16)'", "spanId": "'$(openssl rand -hex 8)'",
      "name": "my first span", "kind": 1,
      "startTimeUnixNano": "'$now'000000000", "endTimeUnixNano": "'$now'250000000"
    }]}]
  }]
}'`;

export function FirstSteps() {
  const { data } = useStatus();
  const http = withScheme(data?.endpoints.otlpHttp ?? 'http://127.0.0.1:4318');
  const grpc = withScheme(data?.endpoints.otlpGrpc ?? 'http://127.0.0.1:4317');
  return (
    <div className={styles.page}>
      <h2 className={styles.title}>Waiting for the first span</h2>
      <p className={styles.lead}>
        Point anything that speaks OpenTelemetry here. This page shows a trace as soon as it arrives.
      </p>
      <dl className={styles.endpoints}>
        {[
          ['OTLP over HTTP', http],
          ['OTLP over gRPC', grpc],
        ].map(([name = '', address = '']) => (
          <div key={name} className={styles.endpoint}>
            <dt>{name}</dt>
            <dd>
              <CopyButton text={address} label={`Copy the ${name} endpoint`}>
                <code className={styles.address}>{address}</code>
              </CopyButton>
            </dd>
          </div>
        ))}
      </dl>
      <Snippet
        title="An application with an OpenTelemetry SDK, in any language"
        text={`export OTEL_EXPORTER_OTLP_ENDPOINT=${http}\nexport OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf\nexport OTEL_SERVICE_NAME=my-llm-app`}
      />
      <Snippet title="A span by hand" text={oneSpan(http)} />
      <Snippet title="The sample application" text="sonde demo" />
    </div>
  );
}
