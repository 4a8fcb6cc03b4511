#include <cstdio>

#include "sim/cli/common.h"
#include "sim/cli/show.h"
#include "sim/cli/verbs.h"
#include "sim/render/window.h"

namespace sandlot {
namespace {

struct Options {
  std::string file;
  std::string output, picture;
  double scale = 1;
  bool events = false;
};

void print_events(const std::vector<TimedEvent>& events) {
  std::printf("%s\n", bold("    step  event").c_str());
  for (const auto& event : events) {
    std::printf("%8lld  %s", static_cast<long long>(event.step), event.name.c_str());
    if (event.value != 0) std::printf(" %g", event.value);
    std::printf("\n");
  }
}

int replay(const Registry& registry, const Options& options) {
  const RecordOptions to{options.output, options.picture, 1, options.scale, {}};
  check_outputs(to);
  const std::filesystem::path path = options.file;
  if (!std::filesystem::exists(path)) refuse_missing(path, "an .episode file");
  if (std::filesystem::is_directory(path))
    throw ConfigError(
        {{{path.string(), 0, 0}, "", "expected an .episode file, not a folder: see watch"}});
  const EpisodeFile file = load_episode(path);
  const auto events = verify_replay(registry, file, path.string());
  std::printf("%s\n%s, replayed exactly\n", bold(file.label).c_str(),
              describe_episode(1, file.episode).c_str());
  std::fflush(stdout);
  if (options.events) print_events(events);
  const bool to_file = !options.output.empty() || !options.picture.empty();
  if (!to_file && (options.events || !window_available())) return 0;
  Target target = open_target(registry, path, {}, 0);
  if (to_file)
    record_target(target, to);
  else
    watch_target(target, {});
  return 0;
}

}  // namespace

void add_replay(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  auto* sub = app.add_subcommand(
      "replay",
      "Play an episode file again, exactly, and check that it ends as it was recorded.\n"
      "  sandlot replay runs/cliff-walking/1/episodes/000000012000-best.episode --events\n"
      "Without an option it is shown in a window, where there is a display.");
  sub->add_option("file", options->file, "an .episode file")->required();
  sub->add_option("--output", options->output, "a video, .mp4 or .gif");
  sub->add_option("--picture", options->picture, "a .png of the episode at 60% of its length");
  sub->add_option("--scale", options->scale, "enlarges video and picture")
      ->capture_default_str()
      ->check(CLI::Range(0.1, 8.0));
  sub->add_flag("--events", options->events, "print what happened, step by step");
  sub->callback([options, &run] {
    run = [options](const Registry& registry) { return replay(registry, *options); };
  });
}

}  // namespace sandlot
