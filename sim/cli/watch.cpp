#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>

#include "sim/cli/common.h"
#include "sim/cli/show.h"
#include "sim/cli/verbs.h"
#include "sim/render/window.h"

namespace sandlot {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kSlowest = 1.0 / 16, kFastest = 64;
constexpr double kHold = 1;  // s for which the end of an episode stays in view
constexpr double kFrame = 1.0 / 60;

double seconds(Clock::duration time) { return std::chrono::duration<double>(time).count(); }

class Watcher {
 public:
  Watcher(Target& target, const WatchOptions& options)
      : target_(target),
        options_(options),
        speed_(options.speed),
        show_(target.section, target.title, options.panels) {
    show_.begin(*target_.actor, 1, target_.seed(1));
    show_.draw(scene_);
    window_.emplace(title(), scene_.width(), scene_.height());
  }

  void run() {
    Clock::time_point last = Clock::now();
    while (window_->open() && !finished_ && !stop_requested) {
      const auto now = Clock::now();
      handle(window_->poll());
      if (!paused_) move(std::min(seconds(now - last), 0.25));
      last = now;
      show_.draw(scene_);
      window_->show(scene_);
      std::this_thread::sleep_until(
          now + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(kFrame)));
    }
    window_->close();
  }

 private:
  std::string title() const {
    char text[64];
    std::snprintf(text, sizeof text, "%gx%s", speed_, paused_ ? ", paused" : "");
    return "sandlot: " + target_.title + " (" + text +
           ")   space pause · → step · + − speed · n next · 1 values · 2 saliency · 3 network · "
           "esc close";
  }

  void handle(const Window::Input& input) {
    if (input.closed) window_->close();
    for (const auto& key : input.pressed) {
      if (key == "escape") {
        window_->close();
      } else if (key == "space") {
        paused_ = !paused_;
      } else if (key == "right" && paused_) {
        step();
      } else if (key == "plus") {
        speed_ = std::min(speed_ * 2, kFastest);
      } else if (key == "minus") {
        speed_ = std::max(speed_ / 2, kSlowest);
      } else if (key == "n") {
        next();
      } else if (key == "1" || key == "2" || key == "3") {
        toggle(key);
      } else {
        show_.view_key(key);  // the world's own
      }
    }
    if (!input.pressed.empty()) window_->set_title(title());
  }

  void toggle(const std::string& key) {
    Panels panels = show_.panels();
    bool& shown = key == "1" ? panels.values : key == "2" ? panels.saliency : panels.network;
    shown = !shown;
    show_.set_panels(panels);
  }

  // Plays the frames that are due, as far as they can be computed in the time of one picture.
  void move(double elapsed) {
    if (show_.done()) {
      held_ += elapsed;
      if (held_ >= kHold / std::max(1.0, speed_)) next();
      return;
    }
    due_ += elapsed * speed_ * show_.frames_per_second();
    const auto start = Clock::now();
    for (; due_ >= 1 && !show_.done(); due_ -= 1) {
      if (seconds(Clock::now() - start) > 2 * kFrame) {
        due_ = 0;  // the policy is slower than asked for: go on as fast as it can
        return;
      }
      step();
    }
  }

  void step() {
    if (show_.done()) return next();
    show_.advance();
    if (!show_.done()) return;
    std::printf("%s\n", describe_episode(show_.number(), show_.episode()).c_str());
    std::fflush(stdout);
    held_ = due_ = 0;
  }

  void next() {
    const std::int64_t number = show_.number() + 1;
    if (options_.episodes > 0 && number > options_.episodes) {
      finished_ = true;
      return;
    }
    held_ = due_ = 0;
    show_.begin(*target_.actor, number, target_.seed(number));
  }

  Target& target_;
  const WatchOptions& options_;
  double speed_;
  Show show_;
  Scene scene_;
  std::optional<Window> window_;
  bool paused_ = false, finished_ = false;
  double due_ = 0;   // frames that should have been played by now
  double held_ = 0;  // s since the end of the episode
};

struct Options {
  std::string target;
  std::vector<std::string> overrides;
  std::vector<std::string> show{"values"};
  std::uint64_t seed = 0;
  WatchOptions watch;
};

int watch(const Registry& registry, const Options& options) {
  WatchOptions watching = options.watch;
  watching.panels = Panels::of(options.show);
  Target target = open_target(registry, options.target, options.overrides, options.seed);
  watch_target(target, watching);
  return 0;
}

}  // namespace

void watch_target(Target& target, const WatchOptions& options) {
  if (!window_available())
    throw std::runtime_error(
        "there is no display for a window; sandlot record writes a video without one");
  install_stop_handler();
  Watcher(target, options).run();
}

void add_watch(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  auto* sub = app.add_subcommand(
      "watch",
      "Watch a trained policy, or an episode file, in a window.\n"
      "  sandlot watch runs/cliff-walking --speed 2\n"
      "Keys: space pauses, right arrow steps while paused, plus and minus change the speed,\n"
      "n goes to the next episode, 1, 2 and 3 show and hide the panels, escape closes.");
  sub->add_option(
         "target", options->target,
         "a run's folder, one that holds several (the first is taken), or an .episode file")
      ->required();
  sub->add_option("--episodes", options->watch.episodes, "ends after so many; 0: never")
      ->capture_default_str()
      ->check(CLI::Range(0, 1000000));
  sub->add_option("--seed", options->seed, "which episodes")->capture_default_str();
  sub->add_option("--speed", options->watch.speed, "times the world's own pace")
      ->capture_default_str()
      ->check(CLI::Range(kSlowest, kFastest));
  sub->add_option("--set", options->overrides,
                  "path=value over the run's config: other levels, another limit")
      ->take_all()
      ->allow_extra_args(false);
  add_show_option(*sub, options->show);
  sub->callback([options, &run] {
    run = [options](const Registry& registry) { return watch(registry, *options); };
  });
}

}  // namespace sandlot
