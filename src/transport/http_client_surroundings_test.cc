// The HTTP client among what surrounds it: name servers, proxies, forks, programs started beside it.

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netdb.h>
#include <sys/wait.h>

#include <future>

#include "sdk_support/environment.h"
#include "sdk_support/raw_http_server.h"
#include "transport/http_client.h"

namespace {
std::promise<void> name_server_answers;
}

/// Stands before the C library's for libcurl too: no name under .example exists, and finding that out about
/// "unanswered.example" takes until the test says so.
// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): the library's names are reserved ones.
extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints, addrinfo** result) {
  const std::string_view name = node == nullptr ? "" : node;
  if (name == "unanswered.example") name_server_answers.get_future().wait();
  if (name.ends_with(".example")) return EAI_NONAME;
  static const auto real = reinterpret_cast<decltype(&getaddrinfo)>(dlsym(RTLD_NEXT, "getaddrinfo"));
  return real(node, service, hints, result);
}

namespace sonde::transport {
namespace {

using namespace std::chrono_literals;
using sonde::test::answer;
using sonde::test::Environment;
using sonde::test::RawHttpServer;
using testing::HasSubstr;

HttpRequest get(const RawHttpServer& server) { return {.target = server.url()}; }

TEST(HttpClient, AnUnknownNameIsUnavailable) {
  HttpClient client;
  const Error error = client.perform({.target = "http://unknown.example/"}).error();
  EXPECT_EQ(error.code, ErrorCode::unavailable);
  EXPECT_THAT(error.message, HasSubstr("unknown.example"));
}

TEST(HttpClient, ANameServerThatDoesNotAnswerHoldsNothingBack) {
  HttpClient client({.timeout = 60s});
  const auto started = std::chrono::steady_clock::now();
  const auto response = client.perform({.target = "http://unanswered.example/"}, {.timeout = 50ms});
  EXPECT_EQ(response.error().code, ErrorCode::deadline_exceeded);
  EXPECT_LT(std::chrono::steady_clock::now() - started, 60s);
  name_server_answers.set_value();  // Only now: perform() did not wait for it.
}

TEST(HttpClient, TheProxyOfTheEnvironmentIsUsedExceptForLoopback) {
  RawHttpServer proxy(answer("200 OK", {}, "through the proxy"));
  RawHttpServer server(answer("200 OK", {}, "direct"));
  const Environment environment("http_proxy", proxy.url());
  HttpClient client;
  EXPECT_EQ(client.perform({.target = "http://collector.example/v1"})->body, "through the proxy");
  EXPECT_EQ(proxy.requests().at(0).target, "http://collector.example/v1");
  EXPECT_EQ(client.perform(get(server))->body, "direct");
  const Environment exception("no_proxy", "collector.example");
  EXPECT_FALSE(client.perform({.target = "http://collector.example/v1"}));
  EXPECT_EQ(proxy.requests().size(), 1u);
}

TEST(HttpClient, Http2WithoutTlsTunnelsThroughAProxy) {
  RawHttpServer proxy(answer("403 Forbidden"));
  const Environment environment("http_proxy", proxy.url());
  HttpClient client({.http2_prior_knowledge = true});
  EXPECT_FALSE(client.perform({.target = "http://collector.example:4317/"}));
  EXPECT_EQ(proxy.requests().at(0).method, "CONNECT");
  EXPECT_EQ(proxy.requests().at(0).target, "collector.example:4317");
}

TEST(HttpClient, AChildProcessLeavesTheParentsConnectionAlone) {
  RawHttpServer server(answer("200 OK", {}, "ok"));
  auto client = std::make_unique<HttpClient>();
  ASSERT_TRUE(client->perform(get(server)));
  const pid_t child = fork();
  if (child == 0) {
    const bool answered = client->perform(get(server)).has_value();
    client.reset();
    _exit(answered ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  ASSERT_TRUE(client->perform(get(server)));
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_EQ(requests[1].connection, 1u);
  EXPECT_EQ(requests[2].connection, 0u);
}

/// The descriptors of this process whose other end is `port`.
std::vector<int> sockets_connected_to(std::uint16_t port) {
  std::vector<int> sockets;
  DIR* directory = opendir("/proc/self/fd");
  while (const dirent* entry = readdir(directory)) {
    const int descriptor = std::atoi(entry->d_name);
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    if (getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &size) == 0 &&
        ntohs(peer.sin_port) == port) {
      sockets.push_back(descriptor);
    }
  }
  closedir(directory);
  return sockets;
}

TEST(HttpClient, AProgramStartedByTheApplicationDoesNotInheritConnections) {
  RawHttpServer server(answer("200 OK"));
  HttpClient client;
  ASSERT_TRUE(client.perform(get(server)));
  const std::vector<int> sockets = sockets_connected_to(server.port());
  ASSERT_EQ(sockets.size(), 1u);
  EXPECT_NE(fcntl(sockets[0], F_GETFD) & FD_CLOEXEC, 0);
}

}  // namespace
}  // namespace sonde::transport
