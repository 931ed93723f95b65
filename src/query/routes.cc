#include "query/routes.h"

#include <algorithm>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "query/answers.h"
#include "query/jaeger_api.h"
#include "query/page_api.h"
#include "query/page_files.h"
#include "query/reader_pool.h"
#include "transport/http_server.h"

namespace sonde::query {
namespace {

using transport::HttpExchange;
using transport::HttpRequest;
using transport::HttpResponse;

constexpr std::size_t most_reader_threads = 4;  // the store itself uses several threads for one question
constexpr std::size_t most_waiting_requests = 256;

/// A question that blocks until it is answered.
using Answer = std::function<HttpResponse(const HttpRequest&)>;

HttpResponse answer_or_fail(const Answer& answer, const HttpRequest& request) {
  try {
    return answer(request);
  } catch (const std::exception& failure) {
    // Out of memory, most likely: the end of this request, not of the server.
    return error_answer({ErrorCode::internal, std::string("cannot answer: ") + failure.what()});
  }
}

/// A handler that asks on one of the pool's threads.
transport::HttpHandler on_pool(std::shared_ptr<ReaderPool> pool, Answer answer) {
  return [pool = std::move(pool), answer = std::move(answer)](const std::shared_ptr<HttpExchange>& exchange) {
    const bool taken = pool->post([answer, exchange] {
      HttpResponse response = answer_or_fail(answer, exchange->request());
      compress_if_accepted(exchange->request(), response);
      exchange->respond(std::move(response));
    });
    if (!taken) {
      exchange->respond(error_answer({ErrorCode::unavailable, "too many requests are waiting: try again"}));
    }
  };
}

transport::HttpHandler at_once(Answer answer) {
  return [answer = std::move(answer)](const std::shared_ptr<HttpExchange>& exchange) {
    exchange->respond(answer_or_fail(answer, exchange->request()));
  };
}

HttpResponse no_such_path(const HttpRequest& request) {
  return error_answer({ErrorCode::not_found, "there is no " + transport::target_path(request.target)});
}

transport::HttpHeaders security_headers() {
  return {
      {"Content-Security-Policy",
       "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
       "frame-ancestors 'none'"},
      {"X-Content-Type-Options", "nosniff"},
      {"X-Frame-Options", "DENY"},
      {"Referrer-Policy", "no-referrer"}};
}

}  // namespace

void register_routes(transport::HttpServer& server, store::Store& store, ServerInfo info) {
  const std::size_t threads =
      std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, most_reader_threads);
  const auto pool = std::make_shared<ReaderPool>(threads, most_waiting_requests);
  const auto page_api = std::make_shared<const PageApi>(store, std::move(info));
  const auto jaeger_api = std::make_shared<const JaegerApi>(store);
  const auto ask_page_api = [page_api](const HttpRequest& request) { return page_api->answer(request); };
  const auto ask_jaeger_api = [jaeger_api](const HttpRequest& request) {
    return jaeger_api->answer(request);
  };

  server.set_default_headers(security_headers());
  server.set_error_renderer([](const HttpRequest&, unsigned status, std::string_view message) {
    return error_answer(status, message);
  });
  server.route("GET", "/api/sonde/*", on_pool(pool, ask_page_api));
  for (const char* const path :
       {"/api/services", "/api/services/*", "/api/operations", "/api/traces", "/api/traces/*"}) {
    server.route("GET", path, on_pool(pool, ask_jaeger_api));
  }
  server.route("GET", "/api/*", at_once(no_such_path));
  server.route("GET", "/*", at_once(answer_page_file));
}

}  // namespace sonde::query
