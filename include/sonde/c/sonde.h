#pragma once

/* Sonde for other languages: what a framework's callbacks need, as plain C99. Python's ctypes, Lua's FFI or a
 * plugin load libsonde_c and call
 *
 *     sonde_telemetry* telemetry = sonde_setup("my-service", "http://127.0.0.1:4318");
 *     sonde_framework* framework = sonde_framework_new("llamaindex", 0, 0);
 *     sonde_span_enter(framework, "1", "OpenAI", "chat", NULL, "{\"model\":\"gpt-4o-mini\"}", NULL);
 *     sonde_span_exit(framework, "1", answer_as_json);
 *     sonde_framework_free(framework);
 *     sonde_telemetry_free(telemetry);
 *
 * Texts are UTF-8 and end with a zero byte; they are read during the call and not kept. NULL is an empty
 * text, and an object that is NULL makes a call do nothing. Everything is thread-safe, but for freeing an
 * object that is in use. Nothing throws or terminates; only the calls that take a timeout block.
 *
 * Names and types here change only together with SONDE_ABI_VERSION, which is also the number in the library's
 * file name (libsonde_c.so.1). What is added leaves it as it is.
 */

#include <stddef.h>
#include <stdint.h>

#define SONDE_ABI_VERSION 1

#if defined(__GNUC__)
#define SONDE_API __attribute__((visibility("default")))
#else
#define SONDE_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/** The number that the loaded library was built with; another than SONDE_ABI_VERSION means not to use it. */
SONDE_API uint32_t sonde_abi_version(void);

/** The process's providers of traces, metrics and logs, as sonde::setup() makes them. */
typedef struct sonde_telemetry sonde_telemetry; /* NOLINT(modernize-use-using): it is C */

/**
 * Configures all signals and makes them those of the process. What is NULL or empty comes from the
 * environment (OTEL_SERVICE_NAME, OTEL_EXPORTER_OTLP_ENDPOINT), as does everything that is not asked for
 * here; what is wrong in it is told on stderr and replaced by its default. Does not wait for the network. One
 * at a time: another call takes the former one's place. NULL if memory is exhausted.
 */
SONDE_API sonde_telemetry* sonde_setup(const char* service_name, const char* endpoint);

/** Exports what has been recorded by now. Blocks for so many milliseconds at most. 1 if all was sent, else 0.
 */
SONDE_API int sonde_telemetry_flush(sonde_telemetry* telemetry, uint32_t timeout_milliseconds);

/** Flushes and turns everything off for good. Blocks for so many milliseconds at most. 1 if all was sent,
 * else 0. */
SONDE_API int sonde_telemetry_shutdown(sonde_telemetry* telemetry, uint32_t timeout_milliseconds);

/** Frees it, after a shutdown of at most five seconds if there was none. */
SONDE_API void sonde_telemetry_free(sonde_telemetry* telemetry);

/** The open spans of one framework; see sonde/genai/framework_span_handler.hpp, which this is an interface
 * to. */
typedef struct sonde_framework sonde_framework; /* NOLINT(modernize-use-using): it is C */

/**
 * `name` goes before the names of spans that are no GenAI operation: "llamaindex". At most `max_open_spans`
 * are kept open (0: 10,000), each for at most `max_age_milliseconds` (0: an hour); the oldest beyond that end
 * as abandoned. NULL if memory is exhausted.
 */
SONDE_API sonde_framework* sonde_framework_new(const char* name, size_t max_open_spans,
                                               uint64_t max_age_milliseconds);

/** Ends what is still open, marked as abandoned, and frees it. */
SONDE_API void sonde_framework_free(sonde_framework* framework);

/**
 * Opens the span `id`, below the span `parent_id`, which is open or has been closed lately; without one it
 * begins a trace, unless a span is current on this thread. `component` is the class of the object that is
 * called ("VectorIndexRetriever") and `method` what is called of it ("retrieve"): they decide which operation
 * of the GenAI convention it is. `name` is the object's own, if it has one: of a tool, an agent, an index.
 *
 * `bound_arguments` is a JSON object with the call's arguments; anything else is as if there were none. Read
 * of it are "model" (or "model_name"), "provider", "temperature", "max_tokens" and "top_k", and, where
 * content is captured, a retrieval's "query" (or "query_str"), an inference's "messages" ([{"role",
 * "content"}]) or "prompt", and all of a tool's.
 */
SONDE_API void sonde_span_enter(sonde_framework* framework, const char* id, const char* component,
                                const char* method, const char* name, const char* bound_arguments,
                                const char* parent_id);

/** Tells that a piece of a streamed answer has come; the span stays open until it is closed. */
SONDE_API void sonde_span_chunk(sonde_framework* framework, const char* id);

/**
 * Closes the span. `result` is what was returned, as JSON: of an inference the provider's answer as it came,
 * or an object that has it as its "raw" and, where that does not say it, the "text"; response id, model,
 * finish reasons and usage are read from it. Of embeddings an object with their "dimension_count"; of a
 * retrieval the documents ([{"id", "score", "content"}]); of a tool anything. Content is recorded only where
 * it is captured. A stream that is closed without an answer is recorded as cancelled.
 */
SONDE_API void sonde_span_exit(sonde_framework* framework, const char* id, const char* result);

/** Closes the span as failed. `error_type` is a class of errors of which there are few: "TimeoutError". */
SONDE_API void sonde_span_drop(sonde_framework* framework, const char* id, const char* error_type,
                               const char* message);

/** Records something that happened inside an open span. `attributes` is a JSON object, or NULL. */
SONDE_API void sonde_span_event(sonde_framework* framework, const char* id, const char* name,
                                const char* attributes);

/** The size of a traceparent, with its zero byte. */
#define SONDE_TRACEPARENT_SIZE 56

/**
 * Writes the W3C traceparent of an open span, for what the framework calls in other processes. 1, or 0 and an
 * empty text if no such span is open.
 */
SONDE_API int sonde_span_traceparent(sonde_framework* framework, const char* id,
                                     char traceparent[SONDE_TRACEPARENT_SIZE]);

/** How many spans are open. */
SONDE_API size_t sonde_open_spans(sonde_framework* framework);

#ifdef __cplusplus
}
#endif
