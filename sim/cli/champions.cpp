#include "sim/cli/champions.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "sim/cli/common.h"
#include "sim/experiment/palette.h"
#include "sim/render/canvas.h"
#include "sim/render/mosaic.h"
#include "sim/render/panel.h"
#include "sim/render/png.h"
#include "sim/render/video.h"

namespace sandlot {
namespace {

constexpr double kHold = 1.5;  // s: how long the last frame of a round stays

struct Champion {
  Champion(const ExperimentConfig& config, const EnvironmentSection& section,
           const std::filesystem::path& file, const Panels& panels)
      : policy(config, file),
        actor(policy.policy(), section.world->spec(section.wrappers)),
        show(section, "", panels) {
    const std::string name = file.stem().string();
    std::from_chars(name.data(), name.data() + name.size(), generation);
  }

  TrainedPolicy policy;
  PolicyActor actor;
  Show show;
  Scene scene;
  Canvas canvas;
  std::int64_t generation = 0;
};

class Champions {
 public:
  Champions(const ExperimentConfig& config, const RunFolder& run, const RecordOptions& options,
            std::uint64_t seed)
      : options_(options),
        section_(evaluation_section(config, config.environment)),
        root_(derive(seed, "show")) {
    for (const auto& file : run.list_champions())
      all_.push_back(std::make_unique<Champion>(config, section_, file, options.panels));
    if (all_.empty())
      throw ConfigError({{{run.path().string(), 0, 0},
                          "",
                          "the run has kept no champions: train it with agent.champions, such as "
                          "[1, 10, 100]"}});
  }

  void run() {
    install_stop_handler();
    const std::int64_t rounds = options_.output.empty() ? 1 : options_.episodes;
    for (std::int64_t number = 1; number <= rounds; ++number) play(number);
    if (!video_) return;
    video_->finish();
    std::printf("%s %s\n", dim("video").c_str(), options_.output.c_str());
  }

 private:
  void play(std::int64_t number) {
    const Seed seed = derive(root_, "episode", static_cast<std::uint64_t>(number));
    // The picture is of the moment at 60% of the longest episode.
    std::int64_t picture_at = -1;
    for (std::size_t i = 0; number == 1 && !options_.picture.empty() && i < all_.size(); ++i) {
      const auto length = play_episode(section_, all_[i]->actor, seed).length;
      picture_at = std::max(picture_at, (length * 3 + 4) / 5);
    }
    for (auto& one : all_) one->show.begin(one->actor, number, seed);
    draw_all();
    add(1);
    const auto running = [](const auto& one) { return !one->show.done(); };
    while (std::any_of(all_.begin(), all_.end(), running)) {
      if (stop_requested) throw std::runtime_error("stopped: no video was written");
      std::int64_t longest = 0;
      for (auto& one : all_) {
        if (!one->show.done()) one->show.advance();
        longest = std::max(longest, one->show.episode().length);
      }
      draw_all();
      add(1);
      if (picture_at >= 0 && longest >= picture_at) {
        picture_at = -1;
        write_png(options_.picture, mosaic_->frame());
        std::printf("%s %s\n", dim("picture").c_str(), options_.picture.c_str());
      }
    }
    add(static_cast<int>(std::lround(kHold * all_[0]->show.frames_per_second())));
    for (const auto& one : all_)
      std::printf("generation %lld, %s\n", static_cast<long long>(one->generation),
                  describe_episode(number, one->show.episode()).c_str());
  }

  void draw_all() {
    for (std::size_t i = 0; i < all_.size(); ++i) {
      Champion& one = *all_[i];
      one.show.draw_picture(one.scene);
      const Frame& picture = one.canvas.draw(one.scene, options_.scale);
      if (!mosaic_) mosaic_.emplace(static_cast<int>(all_.size()), picture.width, picture.height);
      const PlayedEpisode& episode = one.show.episode();
      const std::string note = "return " + panel::number(episode.episode_return) + ", " +
                               std::to_string(episode.length) +
                               (episode.length == 1 ? " step" : " steps");
      mosaic_->put(static_cast<int>(i), picture, "generation " + std::to_string(one.generation),
                   note, one.show.done());
    }
  }

  void add(int times) {
    if (options_.output.empty()) return;
    const double rate = all_[0]->show.frames_per_second();
    const int copies = frame_copies(rate);
    if (!video_)
      video_.emplace(options_.output, mosaic_->frame().width, mosaic_->frame().height,
                     rate * copies, std::make_unique<KMeansPalette>());
    for (int i = 0; i < times * copies; ++i) video_->add(mosaic_->frame());
  }

  const RecordOptions& options_;
  EnvironmentSection section_;
  Seed root_;
  std::vector<std::unique_ptr<Champion>> all_;
  std::optional<Mosaic> mosaic_;
  std::optional<VideoWriter> video_;
};

}  // namespace

void record_champions(const Registry& registry, const RunFolder& run,
                      const std::vector<std::string>& overrides, std::uint64_t seed,
                      const RecordOptions& options) {
  const ExperimentConfig config = load_config(registry, run.config(), overrides).front();
  Champions(config, run, options, seed).run();
}

}  // namespace sandlot
