/* The header as a C program sees it. */

#include "c_interface/from_c.h"

#include <string.h>

#include "sonde/c/sonde.h"

int record_query_from_c(const char* endpoint) {
  char traceparent[SONDE_TRACEPARENT_SIZE];
  sonde_telemetry* const telemetry = sonde_setup("from-c", endpoint);
  sonde_framework* const framework = sonde_framework_new("llamaindex", 0, 0);
  if (sonde_abi_version() != SONDE_ABI_VERSION) return 1;
  if (telemetry == NULL || framework == NULL) return 2;

  sonde_span_enter(framework, "query-1", "RetrieverQueryEngine", "query", NULL, NULL, NULL);
  if (sonde_span_traceparent(framework, "query-1", traceparent) != 1) return 3;
  if (strlen(traceparent) != SONDE_TRACEPARENT_SIZE - 1) return 4;
  if (sonde_span_traceparent(framework, "another", traceparent) != 0 || traceparent[0] != '\0') return 5;
  sonde_span_enter(framework, "retrieve-1", "VectorIndexRetriever", "retrieve", "facts",
                   "{\"query\":\"What?\"}", "query-1");
  sonde_span_event(framework, "retrieve-1", "found", "{\"doc_count\":3,\"scores\":[0.5,0.25]}");
  sonde_span_exit(framework, "retrieve-1", NULL);
  sonde_span_enter(framework, "chat-1", "OpenAI", "chat", NULL, "{\"model\":\"gpt-4o-mini\"}", "query-1");
  sonde_span_chunk(framework, "chat-1");
  sonde_span_drop(framework, "chat-1", "RateLimitError", "slow down");
  if (sonde_open_spans(framework) != 1) return 6;
  sonde_span_exit(framework, "query-1", "no JSON");
  if (sonde_open_spans(framework) != 0) return 7;

  sonde_framework_free(framework);
  if (sonde_telemetry_flush(telemetry, 20000) != 1) return 8;
  if (sonde_telemetry_shutdown(telemetry, 20000) != 1) return 9;
  sonde_telemetry_free(telemetry);
  return 0;
}
