// Batch<Env>: the VectorEnvironment over one type of world, held side by side and called
// statically.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "sim/core/episode.h"
#include "sim/core/thread_pool.h"
#include "sim/core/vector_environment.h"

namespace sandlot {

template <class Env>
class Batch final : public VectorEnvironment {
 public:
  // `make()` returns one world; `threads` > 1 splits the rows, with identical results.
  template <class Make>
  Batch(int copies, const WrapperSettings& wrappers, Seed seed, int threads, Make make)
      : seed_(seed), threads_(std::min(threads, copies)) {
    size_ = copies;
    const auto n = static_cast<std::size_t>(copies);
    episodes_.reserve(n);
    for (std::size_t i = 0; i < n; ++i) episodes_.emplace_back(make(), wrappers);
    spec_ = episodes_.front().spec();
    observation_size_ = spec_.observation.size();
    observations_.resize(n * observation_size_);
    final_observations_.resize(n * observation_size_);
    rewards_.resize(n);
    statuses_.resize(n, Status::running);
    counts_.resize(n);
    records_.resize(n);
    finished_.reserve(n);
    final_metrics_.resize(n * spec_.metrics.size());
    if (spec_.masks_actions) legal_.resize(n * static_cast<std::size_t>(spec_.action.n));
    if (threads_ > 1) pool_ = std::make_unique<ThreadPool>(threads_);
  }

  void begin_training(std::shared_ptr<PastSelves> selves) override {
    for (auto& episode : episodes_) episode.begin_training(selves);
    selves_ = std::move(selves);
  }

  void reset() override {
    finished_.clear();
    for (int row = 0; row < size_; ++row) {
      restart(row);
      rewards_[index(row)] = 0;
      statuses_[index(row)] = Status::running;
      write_observation(row);
    }
  }

  void step(const Actions& actions) override {
    check_sizes(spec_, size_, actions);
    if (pool_) {
      pool_->run(size_, [&](int begin, int end) { step_rows(actions, begin, end); });
    } else {
      step_rows(actions, 0, size_);
    }
    finished_.clear();
    for (int row = 0; row < size_; ++row)
      if (statuses_[index(row)] != Status::running) finished_.push_back(records_[index(row)]);
  }

  const Environment& environment(int row) const override { return episodes_[index(row)]; }

  void save(Writer& out) const override {
    out.tag("batch");
    out.write(counts_);
    if (selves_) selves_->save(out);
    for (const auto& episode : episodes_) episode.save(out);
  }
  void load(Reader& in) override {
    in.expect_tag("batch");
    in.read(counts_);
    if (counts_.size() != episodes_.size())
      in.fail("it was saved with another number of environment copies");
    if (selves_) selves_->load(in);
    for (auto& episode : episodes_) episode.load(in);
    for (int row = 0; row < size_; ++row) write_observation(row);
    finished_.clear();
  }

 private:
  static std::size_t index(int row) { return static_cast<std::size_t>(row); }

  void restart(int row) {
    const std::uint64_t count = counts_[index(row)]++;
    episodes_[index(row)].reset(derive(derive(seed_, "row", index(row)), "episode", count));
  }

  void write_observation(int row) {
    auto& episode = episodes_[index(row)];
    episode.observe(
        std::span(observations_).subspan(index(row) * observation_size_, observation_size_));
    if (!legal_.empty()) {
      const auto width = static_cast<std::size_t>(spec_.action.n);
      episode.legal_actions(std::span(legal_).subspan(index(row) * width, width));
    }
  }

  void step_rows(const Actions& actions, int begin, int end) {
    const std::size_t width = actions.continuous.empty() ? 0 : spec_.action.size();
    for (int row = begin; row < end; ++row) {
      if (actions.rests(index(row))) {
        rewards_[index(row)] = 0;
        statuses_[index(row)] = Status::running;
        continue;
      }
      auto& episode = episodes_[index(row)];
      Action action;
      if (width > 0)
        action.values = actions.continuous.subspan(index(row) * width, width);
      else
        action.index = actions.discrete[index(row)];
      const StepResult result = episode.step(action);
      rewards_[index(row)] = result.reward;
      statuses_[index(row)] = result.status;
      if (result.status != Status::running) {
        records_[index(row)] = {
            row,           episode.seed(),        episode.episode_return(), episode.length(),
            result.status, episode.goal_reached()};
        episode.observe(std::span(final_observations_)
                            .subspan(index(row) * observation_size_, observation_size_));
        const std::size_t figures = spec_.metrics.size();
        episode.metrics(std::span(final_metrics_).subspan(index(row) * figures, figures));
        restart(row);
      }
      write_observation(row);
    }
  }

  Seed seed_;
  int threads_ = 1;
  std::size_t observation_size_ = 0;
  std::vector<Episode<Env>> episodes_;
  std::vector<std::uint64_t> counts_;  // episodes started per row
  std::vector<EpisodeRecord> records_;
  std::unique_ptr<ThreadPool> pool_;
  std::shared_ptr<PastSelves> selves_;
};

}  // namespace sandlot
