// SettingsReader: fills settings from a Tree and collects everything that is wrong with it.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "sim/config/tree.h"
#include "sim/core/registry.h"
#include "sim/core/settings.h"

namespace sandlot {

class SettingsReader final : public Fields {
 public:
  // `path` is where `map` stands in the document, for messages; an absent map (null) gives
  // defaults.
  SettingsReader(const Registry& registry, const Tree& map, std::string path,
                 std::vector<Problem>& problems);

  void boolean(std::string_view name, bool& value, std::string_view help) override;
  void integer(std::string_view name, std::int64_t& value, std::string_view help,
               Range range) override;
  using Fields::integer;
  void number(std::string_view name, double& value, std::string_view help, Range range) override;
  void text(std::string_view name, std::string& value, std::string_view help) override;
  void numbers(std::string_view name, std::vector<double>& value, std::string_view help,
               Range range) override;
  void integers(std::string_view name, std::vector<std::int64_t>& value, std::string_view help,
                Range range) override;
  void texts(std::string_view name, std::vector<std::string>& value,
             std::string_view help) override;
  void schedule(std::string_view name, Schedule& value, std::string_view help,
                Range range) override;
  void choice_index(std::string_view name, int& index, Names names, std::string_view help) override;
  void chosen(std::string_view key, ComponentSlot& value, std::string_view help) override;
  void when(bool condition, std::string_view description,
            const std::function<void()>& fields) override;

  // Takes `name` as known without reading it.
  void allow(std::string_view name) { level().known.emplace_back(name); }
  // To be called after the last field: reports the keys that no field asked for.
  void finish();

 protected:
  bool begin_section(std::string_view name, std::string_view help) override;
  void end_section() override;

 private:
  struct Level {
    const Tree* map;
    std::string path;
    std::vector<std::string> known;
    Place place = {};  // of the map or, where it is not given, of what it would stand in
    const Tree* name = nullptr;  // instead of the map: the component's name alone
  };
  Level& level() { return levels_.back(); }
  // The value given for `name`, or null; under a condition that does not hold, giving one is wrong.
  const Tree* take(std::string_view name);
  void problem(const Tree& at, std::string_view name, const std::string& message);
  void expected(const Tree& at, std::string_view name, const std::string& what);
  bool parse_number(const Tree& at, std::string_view name, Range range, double& value);
  bool parse_integer(const Tree& at, std::string_view name, Range range, std::int64_t& value);
  void report_unknown();

  const Registry& registry_;
  std::vector<Problem>& problems_;
  std::vector<Level> levels_;
  std::vector<std::string> inactive_;  // conditions that do not hold, innermost last
};

// Collects what checks find, at the place where the path stands in `map` or, where it was not
// given, at its nearest parent.
class TreeIssues final : public Issues {
 public:
  TreeIssues(const Tree& map, std::string path, std::vector<Problem>& problems)
      : map_(map), path_(std::move(path)), problems_(problems) {}
  void add(std::string_view path, std::string_view message) override;

 private:
  const Tree& map_;
  std::string path_;
  std::vector<Problem>& problems_;
};

}  // namespace sandlot
