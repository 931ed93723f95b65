#include "query/routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <mutex>
#include <nlohmann/json.hpp>

#include "query/reader_pool.h"
#include "query/testing/fake_store.h"
#include "query/testing/trace_builder.h"
#include "query/ui_assets.h"
#include "transport/compression.h"
#include "transport/http_client.h"
#include "transport/http_server.h"

namespace sonde::query {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using transport::HttpHeaders;
using transport::HttpResponse;

class RoutesTest : public testing::Test {
 protected:
  RoutesTest() {
    register_routes(server_, store_,
                    {.version = "1.2.3", .data_directory = {}, .endpoints = {}, .refused = {}});
    const Expected<void> started = server_.start();
    EXPECT_TRUE(started) << started.error().message;
  }

  HttpResponse get(const std::string& target, HttpHeaders headers = {}, std::string method = "GET") {
    transport::HttpClient client;
    transport::HttpRequest request;
    request.method = std::move(method);
    request.target = "http://127.0.0.1:" + std::to_string(server_.port()) + target;
    request.headers = std::move(headers);
    auto response = client.perform(request);
    EXPECT_TRUE(response) << response.error().message;
    return response ? *response : HttpResponse{};
  }

  static std::string_view field(const HttpResponse& response, std::string_view name) {
    return transport::header(response.headers, name);
  }

  FakeStore store_;
  transport::HttpServer server_{{}};
};

TEST_F(RoutesTest, ServeBothApis) {
  store_.service_names = {"a"};
  EXPECT_EQ(json::parse(get("/api/sonde/services").body), json::parse(R"({"services": ["a"]})"));
  EXPECT_EQ(json::parse(get("/api/services").body).at("data"), json::parse(R"(["a"])"));
  EXPECT_EQ(get("/api/services/a/operations").status, 200u);
  EXPECT_EQ(get("/api/operations?service=a").status, 200u);
  EXPECT_EQ(get("/api/traces?service=a").status, 200u);
  EXPECT_EQ(get("/api/traces/1").status, 404u);
}

TEST_F(RoutesTest, UnknownApiPathsAreJsonErrorsAndNotThePage) {
  const HttpResponse response = get("/api/nothing");
  EXPECT_EQ(response.status, 404u);
  EXPECT_EQ(json::parse(response.body).at("error").at("message"), "there is no /api/nothing");
}

TEST_F(RoutesTest, OtherMethodsAreRefusedAsJson) {
  const HttpResponse response = get("/api/sonde/services", {}, "POST");
  EXPECT_EQ(response.status, 405u);
  EXPECT_THAT(std::string(field(response, "Allow")), HasSubstr("GET"));
  EXPECT_EQ(json::parse(response.body).at("error").at("code"), 405);
}

TEST_F(RoutesTest, LongAnswersAreCompressedForThoseWhoTakeIt) {
  for (int i = 0; i < 200; ++i) store_.service_names.push_back("service number " + std::to_string(i));
  const HttpResponse plain = get("/api/sonde/services");
  EXPECT_EQ(field(plain, "Content-Encoding"), "");
  for (const char* const coding : {"gzip", "deflate, gzip;q=0.5", "br;q=1.0, GZIP", "*"}) {
    const HttpResponse response = get("/api/sonde/services", {{"Accept-Encoding", coding}});
    EXPECT_EQ(field(response, "Content-Encoding"), "gzip") << coding;
    EXPECT_LT(response.body.size(), plain.body.size() / 4);
    EXPECT_EQ(*transport::decompress("gzip", response.body, 1u << 20), plain.body);
  }
  for (const char* const coding : {"identity", "gzip;q=0", "gzip; q=0.000", "br", "gzipped", "*, gzip;q=0"}) {
    EXPECT_EQ(get("/api/sonde/services", {{"Accept-Encoding", coding}}).body, plain.body) << coding;
  }
}

TEST_F(RoutesTest, ShortAnswersAreNotCompressed) {
  EXPECT_EQ(field(get("/api/sonde/services", {{"Accept-Encoding", "gzip"}}), "Content-Encoding"), "");
}

TEST_F(RoutesTest, EveryAnswerForbidsWhatThePageDoesNotNeed) {
  for (const char* const target : {"/", "/api/sonde/services", "/api/nothing"}) {
    const HttpResponse response = get(target);
    EXPECT_THAT(std::string(field(response, "Content-Security-Policy")), HasSubstr("default-src 'self'"));
    EXPECT_THAT(std::string(field(response, "Content-Security-Policy")), HasSubstr("frame-ancestors 'none'"));
    EXPECT_EQ(field(response, "X-Content-Type-Options"), "nosniff");
  }
}

TEST_F(RoutesTest, ThePageIsItsIndexAtEveryPathThatIsNoFile) {
  const HttpResponse index = get("/");
  EXPECT_EQ(index.status, 200u);
  EXPECT_EQ(field(index, "Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(field(index, "Cache-Control"), "no-cache");
  EXPECT_THAT(index.body, HasSubstr("<!doctype html>"));
  EXPECT_EQ(get("/index.html").body, index.body);
  EXPECT_EQ(get("/traces/4bf92f3577b34da6a3ce929d0e0e4736").body, index.body);
}

TEST_F(RoutesTest, ThePageGoesOutAsItIsStoredToThoseWhoTakeGzip) {
  const HttpResponse plain = get("/");
  const HttpResponse compressed = get("/", {{"Accept-Encoding", "gzip"}});
  EXPECT_EQ(field(compressed, "Content-Encoding"), "gzip");
  EXPECT_EQ(*transport::decompress("gzip", compressed.body, 1u << 20), plain.body);
  EXPECT_EQ(field(compressed, "Vary"), "Accept-Encoding");
}

TEST_F(RoutesTest, ThePageIsNotSentAgainToThoseWhoHaveIt) {
  const HttpResponse first = get("/");
  const std::string etag(field(first, "ETag"));
  ASSERT_FALSE(etag.empty());
  const HttpResponse second = get("/", {{"If-None-Match", "\"other\", " + etag}});
  EXPECT_EQ(second.status, 304u);
  EXPECT_EQ(second.body, "");
  EXPECT_EQ(field(second, "ETag"), etag);
  EXPECT_EQ(get("/", {{"If-None-Match", "\"other\""}}).status, 200u);
}

TEST_F(RoutesTest, FilesWithHashedNamesMayBeKeptForeverAndAreNeverThePage) {
  for (const Asset& asset : ui_assets()) {
    const HttpResponse response = get(std::string(asset.path));
    EXPECT_EQ(response.status, 200u);
    EXPECT_EQ(field(response, "Content-Type"), asset.content_type);
    const bool is_hashed = asset.path.starts_with("/assets/");
    EXPECT_EQ(field(response, "Cache-Control"),
              is_hashed ? "public, max-age=31536000, immutable" : "no-cache");
  }
  EXPECT_EQ(get("/assets/index-of-yesterday.js").status, 404u);
}

TEST_F(RoutesTest, ManyReadersAtOnceAreAllAnswered) {
  store_.service_names = {"a"};
  std::vector<std::future<unsigned>> statuses;
  for (int i = 0; i < 32; ++i) {
    statuses.push_back(std::async(std::launch::async, [this] { return get("/api/sonde/services").status; }));
  }
  for (std::future<unsigned>& status : statuses) EXPECT_EQ(status.get(), 200u);
}

TEST(ReaderPool, TurnsTasksAwayWhenTooManyWait) {
  std::promise<void> started;
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
  ReaderPool pool(1, 2);
  ASSERT_TRUE(pool.post([&started, released] {
    started.set_value();
    released.wait();
  }));
  started.get_future().wait();
  std::promise<void> last_ran;
  EXPECT_TRUE(pool.post([] {}));
  EXPECT_TRUE(pool.post([&last_ran] { last_ran.set_value(); }));
  EXPECT_FALSE(pool.post([] {}));
  release.set_value();
  last_ran.get_future().wait();
  EXPECT_TRUE(pool.post([] {}));
}

TEST(ReaderPool, ForgetsWhatWaitsWhenItEnds) {
  std::promise<void> started;
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
  const auto forgotten = std::make_shared<int>(0);
  {
    ReaderPool pool(1, 8);
    ASSERT_TRUE(pool.post([&started, released] {
      started.set_value();
      released.wait();
    }));
    started.get_future().wait();
    ASSERT_TRUE(pool.post([forgotten] { ++*forgotten; }));
    EXPECT_EQ(forgotten.use_count(), 2);
    release.set_value();
  }
  EXPECT_EQ(forgotten.use_count(), 1);
}

}  // namespace
}  // namespace sonde::query
