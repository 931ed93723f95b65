#include "mock_llm/mock_llm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace sonde::mock_llm {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

transport::HttpRequest post(std::string target, std::string body) {
  return {.method = "POST", .target = std::move(target), .headers = {}, .body = std::move(body)};
}
transport::HttpRequest get(std::string target) {
  return {.method = "GET", .target = std::move(target), .headers = {}, .body = {}};
}
transport::HttpRequest chat(const std::string& more = "") {
  return post("/v1/chat/completions",
              R"({"model": "m", "messages": [{"role": "user", "content": "Hi"}])" + more + "}");
}

TEST(MockLlm, ListsItsModelsAndShowsOne) {
  MockLlm mock({});
  const Reply list = mock.reply(get("/v1/models"));
  EXPECT_EQ(list.response.status, 200U);
  EXPECT_EQ(Json::parse(list.response.body)["data"][0]["id"], "mock-llm-1");
  EXPECT_EQ(Json::parse(mock.reply(get("/v1/models/mock-llm-1")).response.body)["object"], "model");
  const Reply unknown = mock.reply(get("/v1/models/gpt-x"));
  EXPECT_EQ(unknown.response.status, 404U);
  EXPECT_EQ(Json::parse(unknown.response.body)["error"]["code"], "model_not_found");
}

TEST(MockLlm, AnswersUnknownPathsAndMethodsInTheShapeOfItsErrors) {
  MockLlm mock({});
  const Reply path = mock.reply(post("/v1/images/generations?x=1", "{}"));
  EXPECT_EQ(path.response.status, 404U);
  EXPECT_THAT(Json::parse(path.response.body)["error"]["message"].get<std::string>(),
              HasSubstr("no POST /v1/images/generations;"));
  EXPECT_EQ(mock.reply(get("/v1/chat/completions")).response.status, 405U);
}

TEST(MockLlm, AnswersBadRequestsInOpenAisShape) {
  MockLlm mock({});
  const Reply reply = mock.reply(post("/v1/chat/completions", R"({"model": "m"})"));
  EXPECT_EQ(reply.response.status, 400U);
  const Json error = Json::parse(reply.response.body)["error"];
  EXPECT_EQ(error["type"], "invalid_request_error");
  EXPECT_EQ(error["param"], "messages");
  EXPECT_EQ(error["code"], "missing_required_parameter");
}

TEST(MockLlm, WantsTheKeyItWasGiven) {
  MockLlm mock({.api_key = "secret"});
  transport::HttpRequest request = chat();
  EXPECT_EQ(mock.reply(request).response.status, 401U);
  request.headers = {{"authorization", "Bearer wrong"}};
  EXPECT_EQ(mock.reply(request).response.status, 401U);
  request.headers = {{"authorization", "Bearer secret"}};
  EXPECT_EQ(mock.reply(request).response.status, 200U);
}

TEST(MockLlm, FailsTheAskedShareOfRequestsEvenly) {
  MockLlm mock({.error_rate = 0.25, .error_status = 429});
  std::vector<unsigned> statuses(8);
  for (unsigned& status : statuses) status = mock.reply(chat()).response.status;
  EXPECT_THAT(statuses, ElementsAre(200, 200, 200, 429, 200, 200, 200, 429));
}

TEST(MockLlm, CountsTenthsWithoutLosingOneToRounding) {
  MockLlm mock({.error_rate = 0.1});
  int failures = 0;
  for (int i = 0; i < 1000; ++i) failures += mock.reply(chat()).response.status == 500 ? 1 : 0;
  EXPECT_EQ(failures, 100);
}

TEST(MockLlm, SaysWhenToTryAgain) {
  MockLlm mock({.error_rate = 1, .error_status = 429});
  const Reply reply = mock.reply(chat());
  EXPECT_EQ(transport::header(reply.response.headers, "retry-after"), "1");
  EXPECT_EQ(Json::parse(reply.response.body)["error"]["code"], "rate_limit_exceeded");
  EXPECT_EQ(mock.reply(get("/v1/models")).response.status, 200U) << "only answers of models fail";
}

TEST(MockLlm, DelaysAWholeAnswerByAllOfItsTokens) {
  MockLlm mock({.latency = 100ms, .latency_per_token = 10ms});
  const Reply reply = mock.reply(chat());
  const int tokens = Json::parse(reply.response.body)["usage"]["completion_tokens"];
  EXPECT_EQ(reply.delay, 100ms + tokens * 10ms);
}

TEST(MockLlm, DelaysAStreamUntilItsFirstTokenAndBetweenTokens) {
  MockLlm mock({.latency = 100ms, .latency_per_token = 10ms});
  const Reply reply = mock.reply(chat(R"(, "stream": true)"));
  EXPECT_EQ(transport::header(reply.response.headers, "content-type"), "text/event-stream");
  EXPECT_EQ(reply.delay, 100ms);
  EXPECT_EQ(reply.event_interval, 10ms);
  EXPECT_EQ(reply.events.back(), "data: [DONE]\n\n");
}

TEST(MockLlm, GivesEveryAnswerItsOwnId) {
  MockLlm mock({});
  EXPECT_NE(Json::parse(mock.reply(chat()).response.body)["id"],
            Json::parse(mock.reply(chat()).response.body)["id"]);
}

TEST(MockLlm, ServesEmbeddings) {
  MockLlm mock({});
  const Reply reply = mock.reply(post("/v1/embeddings", R"({"model": "m", "input": "a", "dimensions": 4})"));
  EXPECT_EQ(reply.response.status, 200U);
  EXPECT_EQ(Json::parse(reply.response.body)["data"][0]["embedding"].size(), 4U);
}

}  // namespace
}  // namespace sonde::mock_llm
