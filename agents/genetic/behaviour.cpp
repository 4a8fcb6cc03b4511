#include "agents/genetic/behaviour.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <string_view>

namespace sandlot {
namespace {

std::optional<std::size_t> column_of(const EnvironmentSpec& spec, std::string_view name) {
  const auto& names = spec.observation_names;
  const std::size_t size = spec.observation.size();
  if (const auto at = std::find(names.begin(), names.end(), name); at != names.end())
    return static_cast<std::size_t>(at - names.begin());
  std::size_t column = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), column);
  if (error != std::errc() || end != name.data() + name.size() || column >= size)
    return std::nullopt;
  return column;
}

std::optional<Watched> watched_of(const EnvironmentSpec& spec, std::string_view name) {
  using Kind = Watched::Kind;
  constexpr std::pair<std::string_view, Kind> kinds[] = {
      {"final ", Kind::final}, {"highest ", Kind::highest}, {"lowest ", Kind::lowest}};
  if (const auto column = column_of(spec, name)) return Watched{Kind::mean, *column};
  for (const auto& [word, kind] : kinds)
    if (name.starts_with(word)) {
      const auto column = column_of(spec, name.substr(word.size()));
      return column ? std::optional(Watched{kind, *column}) : std::nullopt;
    }
  const auto& metrics = spec.metrics;
  const auto at = std::find(metrics.begin(), metrics.end(), name);
  if (at == metrics.end()) return std::nullopt;
  return Watched{Kind::metric, static_cast<std::size_t>(at - metrics.begin())};
}

}  // namespace

void BehaviourSettings::fields(Fields& f) {
  f.texts("axes", axes,
          "length, return, a figure of the world, or an observation's value by name or number: its "
          "mean, or with final, highest or lowest before it that of an episode");
  f.numbers("low", low, "of each axis, where it begins");
  f.numbers("high", high, "of each axis, where it ends");
}

void BehaviourSettings::check(const EnvironmentSpec& spec, std::size_t wanted,
                              Issues& issues) const {
  if (axes.empty() || (wanted > 0 && axes.size() != wanted))
    issues.add("axes", wanted > 0 ? "expected " + std::to_string(wanted) : "expected at least one");
  for (const std::string& name : axes)
    if (name != "length" && name != "return" && !watched_of(spec, name))
      issues.add("axes", "'" + name + "' is neither length nor return nor a value of what " +
                             spec.name + " shows");
  if (low.size() != axes.size()) return issues.add("low", "expected one number per axis");
  if (high.size() != axes.size()) return issues.add("high", "expected one number per axis");
  for (std::size_t i = 0; i < low.size(); ++i)
    if (!(high[i] > low[i])) issues.add("high", "expected more than low");
}

Watcher::Watcher(std::span<const Watched> watched, int rows)
    : watched_(watched.begin(), watched.end()),
      extremes_(watched.size() * static_cast<std::size_t>(rows)),
      sums_(watched.size()) {}

void Watcher::begin() {
  constexpr double endless = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < extremes_.size(); ++i)
    extremes_[i] =
        watched_[i % watched_.size()].kind == Watched::Kind::highest ? -endless : endless;
  std::fill(sums_.begin(), sums_.end(), 0.0);
  steps_ = episodes_ = 0;
}

void Watcher::see(int row, std::span<const float> observation) {
  ++steps_;
  for (std::size_t k = 0; k < watched_.size(); ++k) {
    const Watched& w = watched_[k];
    if (w.kind == Watched::Kind::metric) continue;
    const auto value = static_cast<double>(observation[w.column]);
    if (w.kind == Watched::Kind::mean)
      sums_[k] += value;
    else if (w.kind == Watched::Kind::highest)
      extreme(row, k) = std::max(extreme(row, k), value);
    else if (w.kind == Watched::Kind::lowest)
      extreme(row, k) = std::min(extreme(row, k), value);
  }
}

void Watcher::end(int row, std::span<const float> observation, std::span<const double> metrics) {
  ++episodes_;
  for (std::size_t k = 0; k < watched_.size(); ++k) {
    const Watched& w = watched_[k];
    if (w.kind == Watched::Kind::metric) {
      sums_[k] += metrics[w.column];
      continue;
    }
    const auto value = static_cast<double>(observation[w.column]);
    if (w.kind == Watched::Kind::final) sums_[k] += value;
    if (w.kind == Watched::Kind::highest) sums_[k] += std::max(extreme(row, k), value);
    if (w.kind == Watched::Kind::lowest) sums_[k] += std::min(extreme(row, k), value);
  }
}

void Watcher::write(std::vector<double>& values) const {
  values.resize(watched_.size());
  for (std::size_t k = 0; k < watched_.size(); ++k) {
    const bool of_steps = watched_[k].kind == Watched::Kind::mean;
    values[k] = sums_[k] / static_cast<double>(of_steps ? steps_ : episodes_);
  }
}

Behaviour::Behaviour(const BehaviourSettings& settings, const EnvironmentSpec& spec) {
  for (std::size_t i = 0; i < settings.axes.size(); ++i) {
    const std::string& name = settings.axes[i];
    Axis axis{.low = settings.low[i], .high = settings.high[i]};
    if (name == "length") {
      axis.kind = Axis::Kind::length;
    } else if (name == "return") {
      axis.kind = Axis::Kind::episode_return;
    } else {
      axis.place = watched_.size();
      watched_.push_back(*watched_of(spec, name));
    }
    axes_.push_back(axis);
  }
}

std::vector<double> Behaviour::of(double length, double episode_return,
                                  std::span<const double> values) const {
  std::vector<double> at;
  for (const Axis& axis : axes_) {
    const double value = axis.kind == Axis::Kind::length           ? length
                         : axis.kind == Axis::Kind::episode_return ? episode_return
                                                                   : values[axis.place];
    at.push_back((value - axis.low) / (axis.high - axis.low));
  }
  return at;
}

}  // namespace sandlot
