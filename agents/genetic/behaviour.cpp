#include "agents/genetic/behaviour.h"

#include <algorithm>
#include <charconv>

namespace sandlot {
namespace {

// The column of an observation that `name` stands for; its size where it is none.
std::size_t column_of(const EnvironmentSpec& spec, const std::string& name) {
  const auto& names = spec.observation_names;
  const std::size_t size = spec.observation.size();
  if (const auto at = std::find(names.begin(), names.end(), name); at != names.end())
    return static_cast<std::size_t>(at - names.begin());
  std::size_t column = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), column);
  return error == std::errc() && end == name.data() + name.size() ? std::min(column, size) : size;
}

}  // namespace

void BehaviourSettings::fields(Fields& f) {
  f.texts("axes", axes,
          "length, return, or an observation's value by name or number: its mean over the episode");
  f.numbers("low", low, "of each axis, where it begins");
  f.numbers("high", high, "of each axis, where it ends");
}

void BehaviourSettings::check(const EnvironmentSpec& spec, std::size_t wanted,
                              Issues& issues) const {
  if (axes.empty() || (wanted > 0 && axes.size() != wanted))
    issues.add("axes", wanted > 0 ? "expected " + std::to_string(wanted) : "expected at least one");
  for (const std::string& name : axes)
    if (name != "length" && name != "return" && column_of(spec, name) >= spec.observation.size())
      issues.add("axes", "'" + name + "' is neither length nor return nor a value of what " +
                             spec.name + " shows");
  if (low.size() != axes.size()) return issues.add("low", "expected one number per axis");
  if (high.size() != axes.size()) return issues.add("high", "expected one number per axis");
  for (std::size_t i = 0; i < low.size(); ++i)
    if (!(high[i] > low[i])) issues.add("high", "expected more than low");
}

Behaviour::Behaviour(const BehaviourSettings& settings, const EnvironmentSpec& spec) {
  for (std::size_t i = 0; i < settings.axes.size(); ++i) {
    const std::string& name = settings.axes[i];
    Axis axis{name == "length"   ? 0
              : name == "return" ? 1
                                 : 2,
              0, settings.low[i], settings.high[i]};
    if (axis.kind == 2) {
      axis.column = watched_.size();
      watched_.push_back(column_of(spec, name));
    }
    axes_.push_back(axis);
  }
}

std::vector<double> Behaviour::of(double length, double episode_return,
                                  std::span<const double> means) const {
  std::vector<double> at;
  for (const Axis& axis : axes_) {
    const double value = axis.kind == 0   ? length
                         : axis.kind == 1 ? episode_return
                                          : means[axis.column];
    at.push_back(std::clamp((value - axis.low) / (axis.high - axis.low), 0.0, 1.0));
  }
  return at;
}

}  // namespace sandlot
