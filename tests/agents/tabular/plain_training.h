// PlainTraining: a TrainingContext that does nothing but count, for tests of agents by themselves.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "sim/core/agent.h"

namespace sandlot {

class PlainTraining final : public TrainingContext {
 public:
  // Steps until `budget` more steps have been made.
  PlainTraining(VectorEnvironment& environment, std::int64_t budget)
      : environment_(environment), budget_(budget) {}

  void allow(std::int64_t steps) { budget_ += steps; }
  // Continues where another run stopped.
  void set_counts(std::int64_t steps, std::int64_t episodes) {
    steps_ = steps;
    episodes_ = episodes;
  }

  VectorEnvironment& environment() override { return environment_; }
  bool proceed(Agent&) override {
    if (at_mark && steps_ >= mark) std::exchange(at_mark, nullptr)();
    return steps_ < budget_;
  }
  void step(const Actions& actions) override {
    environment_.step(actions);
    count(environment_.size(), environment_.finished());
  }
  void count(std::int64_t steps, std::span<const EpisodeRecord> finished) override {
    steps_ += steps;
    episodes_ += static_cast<std::int64_t>(finished.size());
    if (keep_records) records.insert(records.end(), finished.begin(), finished.end());
  }
  std::int64_t steps() const override { return steps_; }
  std::int64_t episodes() const override { return episodes_; }
  void report(std::string_view, double value) override { last_report = value; }

  bool keep_records = true;
  std::vector<EpisodeRecord> records;
  double last_report = 0;
  std::int64_t mark = 0;  // at_mark is called once, when so many steps have been made
  std::function<void()> at_mark;

 private:
  VectorEnvironment& environment_;
  std::int64_t budget_;
  std::int64_t steps_ = 0, episodes_ = 0;
};

}  // namespace sandlot
