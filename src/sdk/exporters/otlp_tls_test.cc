// OtlpClient over TLS, with HTTP and with gRPC: who trusts whom, and what is said when somebody does not.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <memory>

#include "sdk/exporters/otlp_client.h"
#include "sdk_support/certificates.h"
#include "sdk_support/grpc_test_server.h"
#include "sdk_support/otlp_requests.h"
#include "sdk_support/raw_http_server.h"
#include "sdk_support/tls_front.h"

namespace sonde::sdk {
namespace {

using namespace std::chrono_literals;
using sonde::test::Certificate;
using sonde::test::CertificateAuthority;
using sonde::test::eager;
using sonde::test::GrpcTestServer;
using sonde::test::Kind;
using sonde::test::kind_of;
using sonde::test::later;
using sonde::test::RawHttpServer;
using sonde::test::read_file;
using sonde::test::request_of;
using sonde::test::TlsFront;
using testing::AllOf;
using testing::HasSubstr;

/// A receiver over TLS of either protocol.
class Receiver {
 public:
  Receiver(OtlpProtocol protocol, const Certificate& certificate, const std::string& client_authority = {})
      : protocol_(protocol) {
    if (protocol == OtlpProtocol::grpc) {
      const std::string authority = client_authority.empty() ? "" : read_file(client_authority);
      grpc_ = std::make_unique<GrpcTestServer>(
          [](const test::GrpcCall&) { return test::GrpcReply{}; },
          test::GrpcTestServerOptions{.certificate_chain = read_file(certificate.certificate),
                                      .private_key = read_file(certificate.key),
                                      .client_authority = authority});
    } else {
      http_ = std::make_unique<RawHttpServer>(test::answer("200 OK"));
      front_ = std::make_unique<TlsFront>(http_->port(), certificate, client_authority);
    }
  }

  [[nodiscard]] OtlpEndpoint endpoint() const {
    const std::string path = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
    return {.protocol = protocol_,
            .url = grpc_ ? "https" + grpc_->url(path).substr(4) : front_->url("/v1/traces"),
            .timeout = std::chrono::milliseconds::max()};
  }
  [[nodiscard]] std::size_t requests() const {
    return grpc_ ? grpc_->calls().size() : http_->requests().size();
  }
  [[nodiscard]] std::string last_request() const {
    return grpc_ ? grpc_->calls().back().message : http_->requests().back().body;
  }

 private:
  OtlpProtocol protocol_;
  std::unique_ptr<GrpcTestServer> grpc_;
  std::unique_ptr<RawHttpServer> http_;
  std::unique_ptr<TlsFront> front_;
};

ExportResult send(const OtlpEndpoint& endpoint, std::chrono::milliseconds time = 60s) {
  return OtlpClient(Signal::traces, endpoint, eager).send("request", std::chrono::steady_clock::now() + time);
}

class OtlpTls : public testing::TestWithParam<OtlpProtocol> {
 protected:
  OtlpTls() { std::signal(SIGPIPE, SIG_IGN); }  // NOLINT(cert-err33-c): the front's, not the client's

  CertificateAuthority authority;
};

TEST_P(OtlpTls, AReceiverWhoseAuthorityIsTrustedGetsTheExactBytes) {
  const Receiver receiver(GetParam(), authority.issue("server", "IP:127.0.0.1"));
  OtlpEndpoint endpoint = receiver.endpoint();
  endpoint.certificate_file = authority.certificate();
  OtlpClient client(Signal::traces, endpoint, eager);
  for (const std::size_t size : {1u, 300'000u, 10u}) {
    const std::string request = request_of(size);
    const ExportResult result = client.send(request, later());
    ASSERT_EQ(kind_of(result), Kind::success) << result.message;
    EXPECT_TRUE(receiver.last_request() == request);
  }
}

TEST_P(OtlpTls, AnotherAuthoritysReceiverGetsNothingAndTheErrorSaysWhatToDo) {
  const Receiver receiver(GetParam(), authority.issue("server", "IP:127.0.0.1"));
  OtlpEndpoint endpoint = receiver.endpoint();
  const ExportResult by_default = send(endpoint);
  EXPECT_EQ(kind_of(by_default), Kind::refused);
  EXPECT_THAT(by_default.message,
              AllOf(HasSubstr(endpoint.url), HasSubstr("certificate"), HasSubstr("this system"),
                    HasSubstr("OTEL_EXPORTER_OTLP_CERTIFICATE")));
  const CertificateAuthority other;
  endpoint.certificate_file = other.certificate();
  const ExportResult by_other = send(endpoint);
  EXPECT_EQ(kind_of(by_other), Kind::refused);
  EXPECT_THAT(by_other.message, HasSubstr(other.certificate()));
  EXPECT_EQ(receiver.requests(), 0u);
}

TEST_P(OtlpTls, ACertificateOfAnotherHostIsRefusedAndTheErrorSaysSo) {
  const Receiver receiver(GetParam(), authority.issue("server", "DNS:collector.example"));
  OtlpEndpoint endpoint = receiver.endpoint();
  endpoint.certificate_file = authority.certificate();
  const ExportResult result = send(endpoint);
  EXPECT_EQ(kind_of(result), Kind::refused);
  EXPECT_THAT(result.message, AllOf(HasSubstr("127.0.0.1"), HasSubstr("another host's")));
  EXPECT_EQ(receiver.requests(), 0u);
}

TEST_P(OtlpTls, AClientThatMustShowItsCertificateIsToldHow) {
  const Receiver receiver(GetParam(), authority.issue("server", "IP:127.0.0.1"), authority.certificate());
  OtlpEndpoint endpoint = receiver.endpoint();
  endpoint.certificate_file = authority.certificate();
  const ExportResult without = send(endpoint, 300ms);
  EXPECT_EQ(kind_of(without), Kind::unavailable);
  EXPECT_THAT(without.message, AllOf(HasSubstr("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE"),
                                     HasSubstr("OTEL_EXPORTER_OTLP_CLIENT_KEY")));

  const CertificateAuthority other;
  const Certificate strange = other.issue("client", "DNS:client");
  endpoint.client_certificate_file = strange.certificate;
  endpoint.client_key_file = strange.key;
  const ExportResult with_other = send(endpoint, 300ms);
  EXPECT_EQ(kind_of(with_other), Kind::unavailable);
  EXPECT_THAT(with_other.message, HasSubstr(strange.certificate));
  EXPECT_EQ(receiver.requests(), 0u);

  const Certificate own = authority.issue("client", "DNS:client");
  endpoint.client_certificate_file = own.certificate;
  endpoint.client_key_file = own.key;
  const ExportResult with = send(endpoint);
  EXPECT_EQ(kind_of(with), Kind::success) << with.message;
  EXPECT_EQ(receiver.requests(), 1u);
}

TEST_P(OtlpTls, FilesThatCannotBeUsedAreNamed) {
  const Receiver receiver(GetParam(), authority.issue("server", "IP:127.0.0.1"));
  OtlpEndpoint endpoint = receiver.endpoint();
  endpoint.certificate_file = "/nowhere/authority.pem";
  EXPECT_THAT(send(endpoint).message, HasSubstr("/nowhere/authority.pem"));
  endpoint.certificate_file = authority.certificate();
  endpoint.client_certificate_file = "/nowhere/client.pem";
  EXPECT_THAT(send(endpoint).message, HasSubstr("/nowhere/client.pem"));
  endpoint.client_certificate_file = authority.issue("client", "DNS:client").certificate;
  endpoint.client_key_file = "/nowhere/client.key";
  const ExportResult result = send(endpoint);
  EXPECT_EQ(kind_of(result), Kind::refused);
  EXPECT_THAT(result.message, HasSubstr("/nowhere/client.key"));
}

INSTANTIATE_TEST_SUITE_P(Protocols, OtlpTls, testing::Values(OtlpProtocol::http_protobuf, OtlpProtocol::grpc),
                         [](const auto& protocol) {
                           return protocol.param == OtlpProtocol::grpc ? "Grpc" : "Http";
                         });

}  // namespace
}  // namespace sonde::sdk
