#include "transport/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <string>

#include "transport/http_server_test_client.h"

namespace sonde::transport {
namespace {

using testing::HasSubstr;
using testing::Pair;

/// A server whose /echo answers with what it was sent.
class HttpServerTest : public testing::Test {
 protected:
  HttpServerTest() : server_({.max_body_bytes = 1'000'000, .max_header_bytes = 4'096}) {
    const auto echo = [](const std::shared_ptr<HttpExchange>& exchange) {
      HttpResponse response;
      response.headers = {{"Content-Type", "text/plain"}};
      response.body =
          exchange->request().method + " " + exchange->request().target + "\n" + exchange->take_body();
      exchange->respond(std::move(response));
    };
    server_.route("GET", "/echo", echo);
    server_.route("POST", "/echo", echo);
    server_.route("GET", "/files/*", echo);
    server_.route("GET", "/files/special", [](const std::shared_ptr<HttpExchange>& exchange) {
      exchange->respond({.status = 204, .headers = {}, .body = "never sent"});
    });
    server_.route("GET", "/injection", [](const std::shared_ptr<HttpExchange>& exchange) {
      exchange->respond({.status = 200, .headers = {{"X-Name", "a\r\nX-Evil: 1"}}, .body = {}});
    });
    server_.set_default_headers({{"Server", "sonde"}, {"Content-Type", "application/octet-stream"}});
  }

  void SetUp() override {
    const Expected<void> started = server_.start();
    ASSERT_TRUE(started) << started.error().message;
  }

  /// The status of the answer to these bytes on a connection of their own.
  unsigned status_of(const std::string& bytes) {
    TestClient client(server_.port());
    client.send(bytes);
    return client.response().status;
  }

  HttpServer server_;
};

TEST_F(HttpServerTest, AnswersWithFieldsAndBody) {
  TestClient client(server_.port());
  client.request("GET", "/echo?x=1");
  const HttpResponse response = client.response();
  EXPECT_EQ(response.status, 200U);
  EXPECT_EQ(response.body, "GET /echo?x=1\n");
  EXPECT_EQ(header(response.headers, "content-type"), "text/plain");
  EXPECT_EQ(header(response.headers, "Server"), "sonde");
  EXPECT_THAT(std::string(header(response.headers, "Date")), testing::EndsWith(" GMT"));
}

TEST_F(HttpServerTest, KeepsTheConnectionForTheNextRequest) {
  TestClient client(server_.port());
  for (int i = 0; i < 3; ++i) {
    client.request("POST", "/echo", {}, "body " + std::to_string(i));
    EXPECT_EQ(client.response().body, "POST /echo\nbody " + std::to_string(i));
  }
}

TEST_F(HttpServerTest, ClosesWhenTheClientAsks) {
  TestClient client(server_.port());
  client.request("GET", "/echo", "Connection: close\r\n");
  const HttpResponse response = client.response();
  EXPECT_EQ(response.status, 200U);
  EXPECT_EQ(header(response.headers, "Connection"), "close");
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST_F(HttpServerTest, AnswersHttp10AndCloses) {
  TestClient client(server_.port());
  client.send("GET /echo HTTP/1.0\r\n\r\n");
  EXPECT_EQ(client.response().body, "GET /echo\n");
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST_F(HttpServerTest, KeepsHttp10ConnectionsThatAskForIt) {
  TestClient client(server_.port());
  client.send("GET /echo HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(header(client.response().headers, "Connection"), "keep-alive");
  client.request("GET", "/echo");
  EXPECT_EQ(client.response().status, 200U);
}

TEST_F(HttpServerTest, AnswersHeadWithoutABody) {
  TestClient client(server_.port());
  client.request("HEAD", "/echo");
  const HttpResponse head = client.response(true);
  EXPECT_EQ(head.status, 200U);
  EXPECT_EQ(header(head.headers, "Content-Length"), std::to_string(std::string("HEAD /echo\n").size()));
  client.request("GET", "/echo");
  EXPECT_EQ(client.response().body, "GET /echo\n");
}

TEST_F(HttpServerTest, ReadsChunkedBodies) {
  TestClient client(server_.port());
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\none \r\n");
  client.send("3;name=value\r\ntwo\r\n0\r\nX-Trailer: 1\r\n\r\n");
  EXPECT_EQ(client.response().body, "POST /echo\none two");
}

TEST_F(HttpServerTest, ReadsARequestThatComesByteByByte) {
  TestClient client(server_.port());
  for (const char byte : std::string("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")) {
    client.send({&byte, 1});
  }
  EXPECT_EQ(client.response().body, "POST /echo\nabc");
}

TEST_F(HttpServerTest, TellsAClientThatWaitsToGoOn) {
  TestClient client(server_.port());
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.response().status, 100U);
  client.send("abc");
  EXPECT_EQ(client.response().body, "POST /echo\nabc");
}

TEST_F(HttpServerTest, RefusesBeforeAClientThatWaitsSendsItsBody) {
  TestClient client(server_.port());
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000001\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.response().status, 413U);
}

TEST_F(HttpServerTest, PrefersTheExactPathAndFallsBackToThePrefix) {
  TestClient client(server_.port());
  client.request("GET", "/files/a/b.txt");
  EXPECT_EQ(client.response().body, "GET /files/a/b.txt\n");
  client.request("GET", "/files/special");
  const HttpResponse response = client.response();
  EXPECT_EQ(response.status, 204U);
  EXPECT_EQ(header(response.headers, "Content-Length"), "");
}

TEST_F(HttpServerTest, NamesThePathItDoesNotHave) {
  TestClient client(server_.port());
  client.request("GET", "/nothing%20here");
  const HttpResponse response = client.response();
  EXPECT_EQ(response.status, 404U);
  EXPECT_EQ(response.body, "there is nothing at /nothing here\n");
}

TEST_F(HttpServerTest, NamesTheMethodsAPathTakes) {
  TestClient client(server_.port());
  client.request("DELETE", "/echo");
  const HttpResponse response = client.response();
  EXPECT_EQ(response.status, 405U);
  EXPECT_EQ(header(response.headers, "Allow"), "GET, HEAD, POST");
}

TEST_F(HttpServerTest, RefusesWhatItCannotReadSafely) {
  const std::string host = "Host: a\r\n";
  EXPECT_EQ(status_of("nonsense\r\n\r\n"), 400U);
  EXPECT_EQ(status_of("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 TLS\r\n\r\n"), 400U);
  EXPECT_EQ(status_of("GET /echo HTTP/1.1\r\n\r\n"), 400U);
  EXPECT_EQ(status_of("GET /echo HTTP/2.0\r\n" + host + "\r\n"), 505U);
  EXPECT_EQ(status_of("POST /echo HTTP/1.1\r\n" + host + "\r\n"), 411U);
  EXPECT_EQ(status_of("POST /echo HTTP/1.1\r\n" + host + "Content-Length: -1\r\n\r\n"), 400U);
  EXPECT_EQ(status_of("POST /echo HTTP/1.1\r\n" + host + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n"),
            400U);
  EXPECT_EQ(status_of("POST /echo HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip\r\n\r\n"), 501U);
  EXPECT_EQ(status_of("POST /echo HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nzz\r\n"), 400U);
  EXPECT_EQ(status_of("POST /echo HTTP/1.1\r\n" + host +
                      "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            400U);
  EXPECT_EQ(status_of("POST /echo HTTP/1.1\r\n" + host + "Content-Length: 1\r\nExpect: a-pony\r\n\r\n"),
            417U);
}

TEST_F(HttpServerTest, BoundsTheHead) {
  const std::string long_text(10'000, 'a');
  EXPECT_EQ(status_of("GET /" + long_text + " HTTP/1.1\r\n\r\n"), 431U);
  EXPECT_EQ(status_of("GET /echo HTTP/1.1\r\nHost: a\r\nX: " + long_text + "\r\n\r\n"), 431U);
  EXPECT_EQ(status_of(long_text), 431U);
}

TEST_F(HttpServerTest, BoundsChunkHeaders) {
  EXPECT_EQ(status_of("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;" +
                      std::string(10'000, 'a')),
            400U);
}

TEST_F(HttpServerTest, AnswersTooLongABodyWhileItStillComes) {
  TestClient client(server_.port());
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000001\r\n\r\n");
  client.send(std::string(500'000, 'a'));
  const HttpResponse response = client.response();
  EXPECT_EQ(response.status, 413U);
  EXPECT_EQ(response.body, "the body is longer than the limit of 1000000 bytes\n");
  EXPECT_EQ(header(response.headers, "Connection"), "close");
}

TEST_F(HttpServerTest, BoundsChunkedBodiesToo) {
  EXPECT_EQ(status_of("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                      "7a120\r\n" +
                      std::string(500'000, 'a') + "\r\n7a121\r\n"),
            413U);
}

TEST_F(HttpServerTest, TakesABodyOfExactlyTheLimit) {
  TestClient client(server_.port());
  client.request("POST", "/echo", {}, std::string(1'000'000, 'a'));
  EXPECT_EQ(client.response().body.size(), std::string("POST /echo\n").size() + 1'000'000);
}

std::string gzip(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

TEST_F(HttpServerTest, UndoesTheContentCoding) {
  TestClient client(server_.port());
  client.request("POST", "/echo", "Content-Encoding: gzip\r\n", gzip("plain text"));
  EXPECT_EQ(client.response().body, "POST /echo\nplain text");
}

TEST_F(HttpServerTest, AnswersABodyItCannotDecodeAndGoesOn) {
  TestClient client(server_.port());
  client.request("POST", "/echo", "Content-Encoding: gzip\r\n", gzip(std::string(1'000'001, '\0')));
  EXPECT_EQ(client.response().status, 413U);
  client.request("POST", "/echo", "Content-Encoding: gzip\r\n", "not gzip");
  EXPECT_EQ(client.response().status, 400U);
  client.request("POST", "/echo", "Content-Encoding: br\r\n", "x");
  const HttpResponse response = client.response();
  EXPECT_EQ(response.status, 415U);
  EXPECT_EQ(header(response.headers, "Accept-Encoding"), "gzip, deflate, zstd");
  client.request("GET", "/echo");
  EXPECT_EQ(client.response().status, 200U);
}

TEST_F(HttpServerTest, DoesNotLetAValueStartAnotherField) {
  TestClient client(server_.port());
  client.request("GET", "/injection");
  const HttpResponse response = client.response();
  EXPECT_THAT(response.headers, testing::Contains(Pair("X-Name", "a  X-Evil: 1")));
  EXPECT_EQ(header(response.headers, "X-Evil"), "");
}

TEST(HttpServerErrors, TakeTheFormTheRendererGivesThem) {
  HttpServer server({.max_header_bytes = 1'000});
  server.set_error_renderer([](const HttpRequest& request, unsigned status, std::string_view message) {
    HttpResponse response;
    response.headers = {{"Content-Type", "application/json"}};
    response.body = std::to_string(status) + "|" + request.target + "|" + std::string(message);
    return response;
  });
  server.route("GET", "/here", [](const std::shared_ptr<HttpExchange>&) {});
  ASSERT_TRUE(server.start());
  TestClient client(server.port());
  client.request("GET", "/there");
  EXPECT_EQ(client.response().body, "404|/there|there is nothing at /there");
  client.request("PUT", "/here", "Content-Length: 0\r\n");
  const HttpResponse response = client.response();
  EXPECT_EQ(response.status, 405U);
  EXPECT_EQ(response.body, "405|/here|/here does not take PUT, but GET, HEAD");
  EXPECT_EQ(header(response.headers, "Content-Type"), "application/json");
  client.request("GET", "/here");
  EXPECT_EQ(client.response().body, "500|/here|the request was dropped by its handler");
  client.request("GET", "/here", "X: " + std::string(2'000, 'x') + "\r\n");
  EXPECT_THAT(client.response().body, HasSubstr("431|"));
}

TEST(HttpServerStart, NamesAnAddressInUse) {
  HttpServer first({});
  ASSERT_TRUE(first.start());
  HttpServer second({.port = first.port()});
  const Expected<void> started = second.start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, ErrorCode::unavailable);
  EXPECT_EQ(started.error().message,
            "cannot listen on 127.0.0.1:" + std::to_string(first.port()) + ": Address already in use");
}

TEST(HttpServerStart, TakesNamesAndRefusesWhatIsNeitherNameNorAddress) {
  EXPECT_TRUE(HttpServer({.address = "localhost"}).start());
  EXPECT_TRUE(HttpServer({.address = "0.0.0.0"}).start());
  const Expected<void> started = HttpServer({.address = "not an address"}).start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, ErrorCode::invalid_argument);
  EXPECT_THAT(started.error().message, HasSubstr("'not an address'"));
}

TEST(HttpServerStart, MayBeStoppedWithoutOrTwice) {
  HttpServer never_started({});
  never_started.stop();
  HttpServer server({});
  ASSERT_TRUE(server.start());
  server.stop();
  server.stop();
}

TEST(HttpServerTimeout, ClosesIdleConnectionsAndSlowHeads) {
  HttpServer server({.idle_timeout = std::chrono::milliseconds(50)});
  ASSERT_TRUE(server.start());
  TestClient idle(server.port());
  TestClient slow(server.port());
  slow.send("GET / HTTP/1.1\r\nHost:");
  EXPECT_TRUE(idle.is_closed_by_server());
  EXPECT_TRUE(slow.is_closed_by_server());
}

}  // namespace
}  // namespace sonde::transport
