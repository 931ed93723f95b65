#include "genai/environment_uploader.h"

#include <cstdlib>
#include <string_view>

#include "sdk/configuration/environment.h"
#include "sdk/fork.h"

namespace sonde::genai::detail {
namespace {

using sonde::detail::variable;

std::shared_ptr<ContentUploader> make_uploader(std::vector<std::string>& problems) {
  constexpr std::string_view scheme = "file://";
  const auto place = environment(variable("OTEL_INSTRUMENTATION_GENAI_UPLOAD_BASE_PATH"));
  std::string_view folder = place.value_or("");
  if (folder.starts_with(scheme)) folder.remove_prefix(scheme.size());
  if (folder.empty() || folder.find("://") != std::string_view::npos) {
    problems.push_back("OTEL_INSTRUMENTATION_GENAI_UPLOAD_BASE_PATH is '" + std::string(folder) +
                       "'; it must name a folder for content to be uploaded (to another place, give an "
                       "uploader in InstrumentationOptions)");
    return nullptr;
  }
  FolderUploaderOptions options{.folder = std::string(folder)};
  options.json_lines =
      environment_choice(variable("OTEL_INSTRUMENTATION_GENAI_UPLOAD_FORMAT"), problems) == "jsonl";
  const auto size =
      environment_number(variable("OTEL_INSTRUMENTATION_GENAI_UPLOAD_MAX_QUEUE_SIZE"), problems);
  options.max_queue_size = size.value_or(options.max_queue_size);
  auto made = make_folder_uploader(std::move(options));
  if (made) return *std::move(made);
  problems.push_back(made.error().message);
  return nullptr;
}

void flush_at_exit();

struct EnvironmentUploader {
  explicit EnvironmentUploader(std::vector<std::string>& problems) : uploader(make_uploader(problems)) {
    if (uploader != nullptr) static_cast<void>(std::atexit(flush_at_exit));
  }
  const std::shared_ptr<ContentUploader> uploader;
};
constinit sonde::detail::Immortal<EnvironmentUploader> instance;

void flush_at_exit() {
  std::vector<std::string> told_before;
  static_cast<void>(instance.get(told_before).uploader->force_flush(5'000));
}

}  // namespace

std::shared_ptr<ContentUploader> environment_uploader(std::vector<std::string>& problems) {
  const auto hook = environment_choice(variable("OTEL_INSTRUMENTATION_GENAI_COMPLETION_HOOK"), problems);
  if (hook != "upload") return nullptr;
  return instance.get(problems).uploader;
}

}  // namespace sonde::genai::detail
