// Settings: how a component declares what may be configured, once, for every purpose.
//
// A settings structure has one function that names its fields:
//
//   struct WindyGridSettings {
//     bool kings_moves = false;
//     double wind_noise = 0;
//     void fields(Fields& f) {
//       f.boolean("kings_moves", kings_moves, "eight moves instead of four");
//       f.number("wind_noise", wind_noise, "chance that the wind differs by one cell",
//                Range::between(0, 1));
//     }
//   };
//
// The value that a member has beforehand is the default. Reading YAML, checking it, writing the
// resolved config, `sandlot describe` and the reference all run this same function.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/core/schedule.h"

namespace sandlot {

// The closed interval of allowed values; `open_low` leaves out the lower end.
struct Range {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool open_low = false;

  static Range any() { return {}; }
  static Range between(double low, double high) { return {low, high}; }
  static Range at_least(double low) { return {low, std::numeric_limits<double>::infinity()}; }
  static Range above(double low) {
    return {low, std::numeric_limits<double>::infinity(), true};
  }
  bool contains(double value) const {
    return (open_low ? value > low : value >= low) && value <= high;
  }
  std::string describe() const;  // "between 0 and 1", "at least 1", "" for any
};

class Fields;
class Registry;

// A component that settings choose by name and that brings its own settings: see Slot in registry.h.
class ComponentSlot {
 public:
  virtual ~ComponentSlot() = default;
  virtual std::string_view kind() const = 0;  // "feature map"
  virtual std::string_view chosen() const = 0;
  // Replaces the component by a fresh one of that name; false where the registry has none.
  virtual bool choose(const Registry& registry, std::string_view name) = 0;
  virtual void fields(Fields& f) = 0;  // of the chosen component
};

class Fields {
 public:
  virtual ~Fields() = default;

  virtual void boolean(std::string_view name, bool& value, std::string_view help) = 0;
  virtual void integer(std::string_view name, std::int64_t& value, std::string_view help,
                       Range range = {}) = 0;
  void integer(std::string_view name, int& value, std::string_view help, Range range = {});
  virtual void number(std::string_view name, double& value, std::string_view help,
                      Range range = {}) = 0;
  virtual void text(std::string_view name, std::string& value, std::string_view help) = 0;
  virtual void numbers(std::string_view name, std::vector<double>& value, std::string_view help,
                       Range range = {}) = 0;
  virtual void integers(std::string_view name, std::vector<std::int64_t>& value,
                        std::string_view help, Range range = {}) = 0;
  virtual void texts(std::string_view name, std::vector<std::string>& value,
                     std::string_view help) = 0;
  // A rate that may change over the steps of training: a number, or
  // {kind: linear|exponential, from, to, steps}, or {kind: piecewise, points: [[step, value], …]}.
  virtual void schedule(std::string_view name, Schedule& value, std::string_view help,
                        Range range = {}) = 0;

  // One of a few names.
  using Names = std::span<const std::string_view>;
  virtual void choice_index(std::string_view name, int& index, Names names,
                            std::string_view help) = 0;
  template <class E>
  void choice(std::string_view name, E& value,
              std::initializer_list<std::pair<std::string_view, E>> options,
              std::string_view help);

  // A map of its own: `value.fields(*this)` names what is in it.
  template <class S>
  void section(std::string_view name, S& value, std::string_view help) {
    if (begin_section(name, help)) {
      value.fields(*this);
      end_section();
    }
  }
  // A registered component, named under `key` in this map, which holds its own settings beside it.
  virtual void chosen(std::string_view key, ComponentSlot& value, std::string_view help) = 0;
  // The same in a map of its own: value_function: {features: tile_coding, tilings: 8}
  void component(std::string_view name, std::string_view key, ComponentSlot& value,
                 std::string_view help) {
    if (begin_section(name, help)) {
      chosen(key, value, "which one");
      end_section();
    }
  }
  // Fields that apply only under a condition, such as when(kind == tiles, "kind: tiles", …): where
  // it does not hold, giving one is an error that names the condition.
  virtual void when(bool condition, std::string_view description,
                    const std::function<void()>& fields) = 0;

 protected:
  virtual bool begin_section(std::string_view name, std::string_view help) = 0;
  virtual void end_section() = 0;
};

// Checks that need more than one field, or the environment: what is wrong, by relative path.
class Issues {
 public:
  virtual ~Issues() = default;
  // `path` such as "value_function.bins"; "" is the section itself. `message` says what was expected.
  virtual void add(std::string_view path, std::string_view message) = 0;
};

// Passes on what a part's own check finds, with the part's path before it.
class IssuesBelow final : public Issues {
 public:
  IssuesBelow(Issues& whole, std::string part) : whole_(whole), part_(std::move(part)) {}
  void add(std::string_view path, std::string_view message) override {
    whole_.add(path.empty() ? part_ : part_ + "." + std::string(path), message);
  }

 private:
  Issues& whole_;
  std::string part_;
};

template <class E>
void Fields::choice(std::string_view name, E& value,
                    std::initializer_list<std::pair<std::string_view, E>> options,
                    std::string_view help) {
  std::vector<std::string_view> names;
  int index = -1;
  for (const auto& [option, meaning] : options) {
    if (meaning == value) index = static_cast<int>(names.size());
    names.push_back(option);
  }
  choice_index(name, index, names, help);
  if (index >= 0 && index < static_cast<int>(names.size())) value = (options.begin() + index)->second;
}

}  // namespace sandlot
