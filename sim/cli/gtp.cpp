#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <optional>

#include "envs/go/go.h"
#include "sim/cli/common.h"
#include "sim/cli/go_player.h"
#include "sim/cli/gtp_session.h"
#include "sim/cli/verbs.h"
#include "sim/config/tree.h"

namespace sandlot {
namespace {

struct Options {
  std::string policy, config;
  std::vector<std::string> overrides;
  std::uint64_t seed = 0;
  int size = 0;
  double komi = 7.5;
  double resign_below = 0;
  bool territory = false;
};

// Lines from a file descriptor, without waiting where nothing is there yet.
class Lines {
 public:
  // Waits up to `milliseconds`, for ever where it is below 0. Empty where no line came; done() then
  // tells whether more may come.
  std::optional<std::string> next(int milliseconds) {
    for (;;) {
      if (const auto end = unread_.find('\n'); end != std::string::npos) {
        std::string line = unread_.substr(0, end + 1);
        unread_.erase(0, end + 1);
        return line;
      }
      if (done_) {
        if (unread_.empty()) return std::nullopt;
        return std::exchange(unread_, "");
      }
      pollfd wait{STDIN_FILENO, POLLIN, 0};
      const int ready = poll(&wait, 1, milliseconds);
      if (ready == 0 || stop_requested) return std::nullopt;
      if (ready < 0) continue;
      char buffer[4096];
      const ssize_t n = read(STDIN_FILENO, buffer, sizeof buffer);
      if (n <= 0) done_ = true;
      if (n > 0) unread_.append(buffer, static_cast<std::size_t>(n));
    }
  }
  bool done() const { return done_ && unread_.empty(); }

 private:
  std::string unread_;
  bool done_ = false;
};

void say(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

int converse(const Registry& registry, const Options& options) {
  const std::string& path = options.policy.empty() ? options.config : options.policy;
  const auto player =
      policy_player(registry, path, options.overrides, options.seed, options.resign_below);
  const int size = options.size > 0 ? options.size : player->size();
  if (!player->set_size(size))
    throw ConfigError({{{path, 0, 0},
                        "environment.size",
                        "the policy plays on " + std::to_string(player->size()) + "×" +
                            std::to_string(player->size()) + " only"}});
  GtpSession session(*player, size, {.komi = options.komi}, SANDLOT_VERSION);
  session.score_territory(options.territory);
  install_stop_handler();
  Lines lines;
  while (!session.done() && !stop_requested) {
    const auto line = lines.next(session.analyzing() ? 0 : -1);
    if (line)
      say(session.answer(*line));
    else if (lines.done())
      break;
    else if (session.analyzing())
      say(session.analyze());
  }
  return 0;
}

}  // namespace

void add_gtp(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  auto* sub = app.add_subcommand(
      "gtp",
      "Let any Go program or board play a policy, through the Go Text Protocol.\n"
      "  sandlot gtp --config configs/go/mcts_9x9.yaml\n"
      "  gogui -program \"sandlot gtp --policy runs/go-5x5/dqn/1\"");
  auto* policy = sub->add_option("--policy", options->policy, "a run's folder");
  auto* config = sub->add_option("--config", options->config,
                                 "a config file: its agent as it is before training, for agents "
                                 "that search");
  policy->excludes(config);
  sub->add_option("--set", options->overrides,
                  "path=value over the config, such as agent.seconds=2")
      ->take_all()
      ->allow_extra_args(false);
  sub->add_option("--seed", options->seed, "of what the policy leaves to chance")
      ->capture_default_str();
  sub->add_flag("--territory", options->territory,
                "final_score counts territory and prisoners (Japanese), not area");
  sub->add_option("--size", options->size,
                  "points a side to begin with; the config's where not given")
      ->check(CLI::Range(go::kSmallest, go::kLargest));
  sub->add_option("--komi", options->komi, "until the other side sets it")->capture_default_str();
  sub->add_option("--resign-below", options->resign_below,
                  "give up where the chance to win is thought to be lower; 0: never")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 0.5));
  sub->callback([options, &run] {
    if (options->policy.empty() && options->config.empty())
      throw CLI::RequiredError("--policy or --config");
    run = [options](const Registry& registry) { return converse(registry, *options); };
  });
}

}  // namespace sandlot
