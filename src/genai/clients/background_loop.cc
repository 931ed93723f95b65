#include "genai/clients/background_loop.h"

#include <utility>

namespace sonde::genai::detail {

BackgroundLoop::BackgroundLoop(transport::HttpClientOptions options)
    : state_(std::make_shared<State>(std::move(options))),
      thread_([state = state_] { state->loop.run_until([&] { return state->is_closing; }); }) {}

BackgroundLoop::~BackgroundLoop() {
  state_->loop.post([state = state_] { state->is_closing = true; });
  if (thread_.get_id() == std::this_thread::get_id()) {
    thread_.detach();
  } else {
    thread_.join();
  }
}

}  // namespace sonde::genai::detail
