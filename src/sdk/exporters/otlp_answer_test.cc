#include "sdk/exporters/otlp_answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>

#include "base/base64.h"
#include "sdk_support/otlp_requests.h"

namespace sonde::sdk {
namespace {

using sonde::test::delimited;
using sonde::test::retry_info;
using std::chrono::milliseconds;
using testing::AllOf;
using testing::HasSubstr;
using transport::HttpClientResponse;
using transport::HttpHeaders;
using Verdict = OtlpAnswer::Verdict;

/// A google.rpc.Status whose details hold a RetryInfo with this Duration behind another detail.
std::string status_with_retry(const std::string& duration) {
  return std::string("\x08\x0e", 2) +
         delimited(3, delimited(1, "type.googleapis.com/google.rpc.ErrorInfo") +
                          delimited(2, delimited(1, "why"))) +
         retry_info(duration);
}

std::string base64(const std::string& bytes) {
  std::string text;
  base::append_base64({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, text);
  return text;
}

HttpClientResponse http(unsigned status, HttpHeaders headers = {}, std::string body = {}) {
  HttpClientResponse response;
  response.status = status;
  response.headers = std::move(headers);
  response.body = std::move(body);
  return response;
}

HttpClientResponse grpc(HttpHeaders trailers, std::string body = {}) {
  HttpClientResponse response = http(200, {{"content-type", "application/grpc"}}, std::move(body));
  response.trailers = std::move(trailers);
  return response;
}

const HttpHeaders protobuf = {{"Content-Type", "application/x-protobuf"}};

TEST(HttpAnswer, AnEmptyResponseIsSuccess) {
  const OtlpAnswer answer = read_http_answer(http(200, protobuf));
  EXPECT_EQ(answer.verdict, Verdict::accepted);
  EXPECT_EQ(answer.rejected, 0u);
  EXPECT_EQ(answer.message, "");
  EXPECT_EQ(read_http_answer(http(202)).verdict, Verdict::accepted);
  EXPECT_EQ(read_http_answer(http(200, {{"Content-Type", "text/plain"}}, "ok")).verdict, Verdict::accepted);
}

TEST(HttpAnswer, APartialSuccessTellsHowManyAndWhy) {
  const std::string partial = std::string("\x08\x96\x01", 3) + delimited(2, "bad\nids");
  const OtlpAnswer answer = read_http_answer(http(200, protobuf, delimited(1, partial)));
  EXPECT_EQ(answer.verdict, Verdict::accepted);
  EXPECT_EQ(answer.rejected, 150u);
  EXPECT_EQ(answer.message, "bad ids") << "on one line";
}

TEST(HttpAnswer, AWarningRejectsNothing) {
  const OtlpAnswer answer = read_http_answer(http(200, protobuf, delimited(1, delimited(2, "old client"))));
  EXPECT_EQ(answer.rejected, 0u);
  EXPECT_EQ(answer.message, "old client");
}

TEST(HttpAnswer, ANegativeCountRejectsNothing) {
  const std::string minus_one = "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01";
  EXPECT_EQ(read_http_answer(http(200, protobuf, delimited(1, minus_one))).rejected, 0u);
}

TEST(HttpAnswer, DamagedBytesAreReadAsFarAsTheyGo) {
  const std::string whole = delimited(1, std::string("\x08\x05", 2) + delimited(2, "message"));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(read_http_answer(http(200, protobuf, whole.substr(0, size))).verdict, Verdict::accepted);
  }
  EXPECT_EQ(read_http_answer(http(200, protobuf, std::string(100, '\xff'))).verdict, Verdict::accepted);
}

TEST(HttpAnswer, JsonIsReadAsProtobufIs) {
  const HttpHeaders json = {{"Content-Type", "application/json; charset=utf-8"}};
  const auto partial = [&](const std::string& content) {
    return read_http_answer(http(200, json, "{\"partialSuccess\":{" + content + "}}"));
  };
  EXPECT_EQ(partial(R"("rejectedSpans":"150","errorMessage":"bad\nids")").rejected, 150u);
  EXPECT_EQ(partial(R"("rejectedSpans":"150","errorMessage":"bad\nids")").message, "bad ids");
  EXPECT_EQ(partial(R"("rejectedDataPoints":7)").rejected, 7u);
  EXPECT_EQ(partial(R"("rejectedSpans":-1)").rejected, 0u);
  EXPECT_EQ(partial("").rejected, 0u);
  EXPECT_EQ(read_http_answer(http(200, json, "{}")).verdict, Verdict::accepted);
  EXPECT_EQ(read_http_answer(http(200, json, "garbage")).verdict, Verdict::accepted);
  EXPECT_EQ(read_http_answer(http(400, json, R"({"code":3,"message":"no id"})")).message,
            "HTTP status 400: no id");
  EXPECT_EQ(read_http_answer(http(400, json, R"(["no"])")).message, "HTTP status 400: [\"no\"]");
}

TEST(HttpAnswer, AWebPageIsNotAReceiver) {
  const OtlpAnswer answer =
      read_http_answer(http(200, {{"Content-Type", "text/html; charset=utf-8"}}, "<html>"));
  EXPECT_EQ(answer.verdict, Verdict::refused);
  EXPECT_THAT(answer.message, HasSubstr("web page"));
}

TEST(HttpAnswer, OnlyFourStatusesAreTriedAgain) {
  for (unsigned status = 300; status < 600; ++status) {
    const bool retryable = status == 429 || status == 502 || status == 503 || status == 504;
    const OtlpAnswer answer = read_http_answer(http(status));
    EXPECT_EQ(answer.verdict, retryable ? Verdict::try_again : Verdict::refused) << status;
    EXPECT_THAT(answer.message, HasSubstr(std::to_string(status)));
  }
}

TEST(HttpAnswer, TellsWhatIsWrongWithARequestFromWhoMaySendIt) {
  EXPECT_EQ(read_http_answer(http(400)).failure, ExportFailure::invalid);
  EXPECT_EQ(read_http_answer(http(422)).failure, ExportFailure::invalid);
  EXPECT_EQ(read_http_answer(http(413)).failure, ExportFailure::too_large);
  for (const unsigned status : {301u, 401u, 403u, 404u, 415u, 500u}) {
    EXPECT_EQ(read_http_answer(http(status)).failure, ExportFailure::refused) << status;
  }
  EXPECT_EQ(read_grpc_answer(grpc({{"grpc-status", "3"}})).failure, ExportFailure::invalid);
  EXPECT_EQ(read_grpc_answer(grpc({{"grpc-status", "8"}})).failure, ExportFailure::too_large);
  EXPECT_EQ(read_grpc_answer(grpc({{"grpc-status", "16"}})).failure, ExportFailure::refused);
}

TEST(HttpAnswer, TheReceiversExplanationIsShown) {
  const std::string status = std::string("\x08\x03", 2) + delimited(2, "span 3 has no id");
  EXPECT_EQ(read_http_answer(http(400, protobuf, status)).message, "HTTP status 400: span 3 has no id");
  EXPECT_EQ(read_http_answer(http(401, {{"Content-Type", "text/plain"}}, "no token")).message,
            "HTTP status 401: no token");
  EXPECT_EQ(read_http_answer(http(502, {{"Content-Type", "text/html"}}, "<html>")).message,
            "HTTP status 502");
}

TEST(HttpAnswer, ALongExplanationIsCutBetweenCharacters) {
  std::string text(499, 'x');
  text += "\xc3\xa4 and more";
  const std::string message = read_http_answer(http(400, {{"Content-Type", "text/plain"}}, text)).message;
  EXPECT_EQ(message, "HTTP status 400: " + std::string(499, 'x') + "...");
}

TEST(HttpAnswer, RetryAfterIsSecondsOrADate) {
  const auto retry_after = [](const std::string& text) {
    return read_http_answer(http(503, {{"Retry-After", text}})).retry_after;
  };
  EXPECT_EQ(retry_after("7"), milliseconds(7'000));
  EXPECT_EQ(retry_after("0"), milliseconds(0));
  EXPECT_EQ(retry_after("-5"), milliseconds(0));
  EXPECT_EQ(retry_after(""), std::nullopt);
  EXPECT_EQ(retry_after("soon"), std::nullopt);
  EXPECT_GE(*retry_after("99999999999999999999999"), std::chrono::hours(24));
  EXPECT_EQ(retry_after("Fri, 31 Dec 1999 23:59:59 GMT"), milliseconds(0));
  const std::time_t in_an_hour = std::time(nullptr) + 3600;
  std::tm time{};
  char date[64];
  std::strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&in_an_hour, &time));
  const auto pause = retry_after(date);
  ASSERT_TRUE(pause.has_value());
  EXPECT_GT(*pause, std::chrono::minutes(59));
  EXPECT_LE(*pause, std::chrono::minutes(60));
  EXPECT_EQ(read_http_answer(http(400, {{"Retry-After", "7"}})).retry_after, std::nullopt);
}

TEST(GrpcAnswer, TheStatusIsInTheTrailersAndTheMessageInTheBody) {
  const std::string response = delimited(1, std::string("\x08\x05", 2) + delimited(2, "five of them"));
  const std::string prefix{0, 0, 0, 0, static_cast<char>(response.size())};
  const OtlpAnswer answer = read_grpc_answer(grpc({{"grpc-status", "0"}}, prefix + response));
  EXPECT_EQ(answer.verdict, Verdict::accepted);
  EXPECT_EQ(answer.rejected, 5u);
  EXPECT_EQ(answer.message, "five of them");
  EXPECT_EQ(read_grpc_answer(grpc({{"grpc-status", "0"}})).verdict, Verdict::accepted);
  EXPECT_EQ(read_grpc_answer(grpc({{"grpc-status", "0"}}, "\1")).verdict, Verdict::accepted);
}

TEST(GrpcAnswer, AnAnswerMayBeNothingButItsStatus) {
  const OtlpAnswer answer =
      read_grpc_answer(http(200, {{"grpc-status", "16"}, {"grpc-message", "token expired%21 caf%C3%A9"}}));
  EXPECT_EQ(answer.verdict, Verdict::refused);
  EXPECT_EQ(answer.message, "gRPC status UNAUTHENTICATED: token expired! caf\xc3\xa9");
}

TEST(GrpcAnswer, OnlySixStatusesAreTriedAgainOfThemselves) {
  for (int code = 1; code < 20; ++code) {
    const bool retryable = code == 1 || code == 4 || code == 10 || code == 11 || code == 14 || code == 15;
    EXPECT_EQ(read_grpc_answer(grpc({{"grpc-status", std::to_string(code)}})).verdict,
              retryable ? Verdict::try_again : Verdict::refused)
        << code;
  }
  for (const char* text : {"-1", "abc", "99999999999"}) {
    const OtlpAnswer answer = read_grpc_answer(grpc({{"grpc-status", text}}));
    EXPECT_EQ(answer.verdict, Verdict::refused) << text;
    EXPECT_THAT(answer.message, HasSubstr("UNKNOWN"));
  }
}

TEST(GrpcAnswer, RetryInfoAsksForAPauseAndMakesResourceExhaustedWorthTrying) {
  const std::string one_and_a_half = "\x08\x01\x10\x80\xca\xb5\xee\x01";
  for (const std::string& encoded : {base64(status_with_retry(one_and_a_half)),
                                     base64(status_with_retry(one_and_a_half))
                                         .substr(0, base64(status_with_retry(one_and_a_half)).find('='))}) {
    const OtlpAnswer answer =
        read_grpc_answer(grpc({{"grpc-status", "8"}, {"grpc-status-details-bin", encoded}}));
    EXPECT_EQ(answer.verdict, Verdict::try_again);
    EXPECT_EQ(answer.retry_after, milliseconds(1'500));
  }
  EXPECT_EQ(read_grpc_answer(grpc({{"grpc-status", "14"}})).retry_after, std::nullopt);
}

TEST(GrpcAnswer, ImpossiblePausesAreBounded) {
  const std::string negative = "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01";
  const std::string endless = "\x08\xff\xff\xff\xff\xff\xff\xff\xff\x7f";
  const auto pause = [](const std::string& duration) {
    return read_grpc_answer(grpc({{"grpc-status", "14"},
                                  {"grpc-status-details-bin", base64(status_with_retry(duration))}}))
        .retry_after;
  };
  EXPECT_EQ(pause(negative), milliseconds(0));
  EXPECT_GT(*pause(endless), std::chrono::hours(24));
  EXPECT_EQ(pause(""), milliseconds(0));
}

TEST(GrpcAnswer, DamagedDetailsAreIgnored) {
  const std::string whole = status_with_retry("\x08\x01");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(read_grpc_answer(
                  grpc({{"grpc-status", "14"}, {"grpc-status-details-bin", base64(whole.substr(0, size))}}))
                  .verdict,
              Verdict::try_again);
  }
  EXPECT_EQ(read_grpc_answer(grpc({{"grpc-status", "8"}, {"grpc-status-details-bin", "!!!"}})).verdict,
            Verdict::refused);
}

TEST(GrpcAnswer, WithoutAStatusTheHttpStatusDecides) {
  EXPECT_EQ(read_grpc_answer(http(503)).verdict, Verdict::try_again);
  const OtlpAnswer answer = read_grpc_answer(http(404));
  EXPECT_EQ(answer.verdict, Verdict::refused);
  EXPECT_THAT(answer.message, AllOf(HasSubstr("404"), HasSubstr("OTLP/gRPC")));
  EXPECT_EQ(read_grpc_answer(http(200)).verdict, Verdict::refused);
}

TEST(GrpcAnswer, AMessageWhoseStatusWasLostIsAnAnswer) {
  const std::string response = delimited(1, std::string("\x08\x05", 2));
  const std::string prefix{0, 0, 0, 0, static_cast<char>(response.size())};
  EXPECT_EQ(read_grpc_answer(grpc({}, prefix + response)).rejected, 5u);
  EXPECT_EQ(read_grpc_answer(grpc({}, std::string(5, '\0'))).verdict, Verdict::accepted);
  EXPECT_EQ(read_grpc_answer(grpc({}, prefix + response.substr(1))).verdict, Verdict::try_again);
  EXPECT_EQ(read_grpc_answer(grpc({})).verdict, Verdict::try_again);
}

TEST(FailureAnswer, OnlyWhatMayPassIsTriedAgain) {
  EXPECT_EQ(read_failure({ErrorCode::unavailable, "refused"}).verdict, Verdict::try_again);
  EXPECT_EQ(read_failure({ErrorCode::deadline_exceeded, "slow"}).verdict, Verdict::try_again);
  EXPECT_EQ(read_failure({ErrorCode::permission_denied, "certificate"}).verdict, Verdict::refused);
  EXPECT_EQ(read_failure({ErrorCode::invalid_argument, "no URL"}).verdict, Verdict::refused);
  EXPECT_EQ(read_failure({ErrorCode::resource_exhausted, "endless answer"}).verdict, Verdict::refused);
  EXPECT_EQ(read_failure({ErrorCode::unavailable, "refused"}).message, "refused");
}

}  // namespace
}  // namespace sonde::sdk
