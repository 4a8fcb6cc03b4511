#include <algorithm>
#include <cmath>
#include <cstdio>

#include "sim/cli/champions.h"
#include "sim/cli/common.h"
#include "sim/cli/show.h"
#include "sim/cli/verbs.h"
#include "sim/experiment/palette.h"
#include "sim/render/canvas.h"
#include "sim/render/png.h"
#include "sim/render/video.h"

namespace sandlot {
namespace fs = std::filesystem;
namespace {

// The last frame of an episode stays so long that a looping video does not jump.
constexpr double kHold = 1;  // s
// Encoders and browsers play low rates badly; slow worlds show each frame several times.
constexpr double kLowestRate = 10;

ConfigError wrong(const fs::path& path, const std::string& what) {
  return ConfigError({{{path.string(), 0, 0}, "", what}});
}

void check_folder(const fs::path& file) {
  const fs::path folder = file.parent_path().empty() ? fs::path(".") : file.parent_path();
  if (!fs::is_directory(folder)) throw wrong(file, "there is no folder " + folder.string());
  if (fs::is_directory(file)) throw wrong(file, "this is a folder, not a file");
}

class Recorder {
 public:
  Recorder(Target& target, const RecordOptions& options)
      : target_(target), options_(options), show_(target.section, target.title, options.panels) {}

  void run() {
    install_stop_handler();
    for (const auto& key : options_.views)
      if (!show_.view_key(key))
        throw ConfigError(
            {{{"--view", 0, 0},
              "",
              "'" + key + "' is no key that changes the picture of " + show_.spec().name}});
    const std::int64_t episodes = options_.output.empty() ? 1 : options_.episodes;
    for (std::int64_t number = 1; number <= episodes; ++number) {
      play(number, number == 1 ? picture_step() : -1);
      std::printf("%s\n", describe_episode(number, show_.episode()).c_str());
    }
    if (!video_) return;
    video_->finish();
    std::printf("%s %s\n", dim("video").c_str(), options_.output.c_str());
  }

 private:
  // The picture shows the first episode at 60% of its length, where most is under way and nothing
  // is over yet; to know the length it is played once beforehand.
  std::int64_t picture_step() {
    if (options_.picture.empty()) return -1;
    const std::int64_t length =
        target_.recorded ? target_.recorded->episode.length
                         : play_episode(target_.section, *target_.actor, target_.seed(1)).length;
    return (length * 3 + 4) / 5;
  }

  void play(std::int64_t number, std::int64_t picture_step) {
    show_.begin(*target_.actor, number, target_.seed(number));
    if (!options_.output.empty()) add_frame(1);
    while (!show_.done()) {
      if (stop_requested) throw std::runtime_error("stopped: no video was written");
      show_.advance();
      if (picture_step >= 0 && show_.episode().length >= picture_step) {
        picture_step = -1;
        show_.draw(scene_);
        write_png(options_.picture, canvas_.draw(scene_, options_.scale));
        std::printf("%s %s\n", dim("picture").c_str(), options_.picture.c_str());
      }
      if (!options_.output.empty()) add_frame(1);
    }
    if (!options_.output.empty())
      add_frame(static_cast<int>(std::lround(kHold * show_.frames_per_second())));
  }

  void add_frame(int times) {
    show_.draw(scene_);
    const Frame& frame = canvas_.draw(scene_, options_.scale);
    if (!video_) {
      const double rate = show_.frames_per_second();
      copies_ = frame_copies(rate);
      video_.emplace(options_.output, frame.width, frame.height, rate * copies_,
                     std::make_unique<KMeansPalette>());
    }
    for (int i = 0; i < times * copies_; ++i) video_->add(frame);
  }

  Target& target_;
  const RecordOptions& options_;
  Show show_;
  Scene scene_;
  Canvas canvas_;
  std::optional<VideoWriter> video_;
  int copies_ = 1;
};

struct Options {
  std::string target;
  std::vector<std::string> overrides;
  std::vector<std::string> show{"values"}, views;
  std::uint64_t seed = 0;
  std::string output, picture;
  std::int64_t episodes = 1;
  double scale = 1;
  bool champions = false;
};

int record(const Registry& registry, const Options& options) {
  const RecordOptions to{options.output, options.picture,          options.episodes,
                         options.scale,  Panels::of(options.show), options.views};
  check_outputs(to);
  if (options.champions) {
    record_champions(registry, find_runs(options.target).front(), options.overrides, options.seed,
                     to);
    return 0;
  }
  Target target = open_target(registry, options.target, options.overrides, options.seed);
  record_target(target, to);
  return 0;
}

}  // namespace

int frame_copies(double frames_per_second) {
  return std::max(1, static_cast<int>(std::ceil(kLowestRate / frames_per_second)));
}

void check_outputs(const RecordOptions& options) {
  if (!options.output.empty()) {
    const std::string ending = options.output.extension().string();
    if (ending != ".mp4" && ending != ".gif")
      throw wrong(options.output, "expected a video's name: it ends in .mp4 or .gif");
    check_folder(options.output);
  }
  if (!options.picture.empty()) {
    if (options.picture.extension() != ".png")
      throw wrong(options.picture, "expected a picture's name: it ends in .png");
    check_folder(options.picture);
  }
}

void record_target(Target& target, const RecordOptions& options) {
  Recorder(target, options).run();
}

void add_record(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  auto* sub = app.add_subcommand(
      "record",
      "Write a video or a picture of a trained policy or an episode file; needs no display.\n"
      "  sandlot record runs/cliff-walking --output cliff.mp4 --episodes 3");
  sub->add_option(
         "target", options->target,
         "a run's folder, one that holds several (the first is taken), or an .episode file")
      ->required();
  sub->add_option("--output", options->output, "the video, .mp4 or .gif");
  sub->add_option("--picture", options->picture,
                  "a .png of the first episode at 60% of its length");
  sub->add_option("--episodes", options->episodes, "episodes in the video")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
  sub->add_option("--seed", options->seed, "which episodes")->capture_default_str();
  sub->add_option("--scale", options->scale, "enlarges the picture")
      ->capture_default_str()
      ->check(CLI::Range(0.1, 8.0));
  sub->add_option("--set", options->overrides,
                  "path=value over the run's config: other levels, another limit")
      ->take_all()
      ->allow_extra_args(false);
  sub->add_flag("--champions", options->champions,
                "the champions of the generations that agent.champions names, side by side");
  add_show_option(*sub, options->show);
  sub->add_option(
         "--view", options->views,
         "a key that changes the world's picture in sandlot watch, such as h for Go's heat")
      ->take_all()
      ->allow_extra_args(false);
  sub->callback([options, &run] {
    if (options->output.empty() && options->picture.empty())
      throw CLI::ValidationError("record", "needs --output or --picture");
    run = [options](const Registry& registry) { return record(registry, *options); };
  });
}

}  // namespace sandlot
