#include "genai/environment_uploader.h"

#include <cstdlib>
#include <string_view>

#include "sdk/configuration/environment.h"
#include "sdk/fork.h"

namespace sonde::genai::detail {
namespace {

using sonde::detail::variable;

constinit sonde::detail::Immortal<std::shared_ptr<ContentUploader>> uploader;

void flush_at_exit() {
  static_cast<void>(uploader.get([] { return nullptr; })->force_flush(5'000));
}

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
  if (made) {
    static_cast<void>(std::atexit(flush_at_exit));
    return *std::move(made);
  }
  problems.push_back(made.error().message);
  return nullptr;
}

}  // namespace

std::shared_ptr<ContentUploader> environment_uploader(std::vector<std::string>& problems) {
  const auto hook = environment_choice(variable("OTEL_INSTRUMENTATION_GENAI_COMPLETION_HOOK"), problems);
  if (hook != "upload") return nullptr;
  return uploader.get([&] { return new std::shared_ptr<ContentUploader>(make_uploader(problems)); });
}

}  // namespace sonde::genai::detail
