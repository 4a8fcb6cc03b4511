#include "sim/config/reader.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <sstream>
#include <utility>

namespace sandlot {
namespace {

const Tree kNothing;

std::string join_path(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : path + "." + std::string(name);
}

std::string list_names(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::string with_range(const std::string& what, const Range& range) {
  const std::string limits = range.describe();
  return limits.empty() ? what : what + " " + limits;
}

std::string with_article(const std::string& kind) {
  return (kind[0] == 'a' || kind[0] == 'e' ? "an " : "a ") + kind;
}

bool to_double(const std::string& text, double& value) {
  const char* begin = text.c_str();
  if (!text.empty() && text[0] == '+') ++begin;
  const char* end = text.c_str() + text.size();
  const auto result = std::from_chars(begin, end, value);
  return begin != end && result.ec == std::errc() && result.ptr == end && std::isfinite(value);
}

}  // namespace

SettingsReader::SettingsReader(const Registry& registry, const Tree& map, std::string path,
                               std::vector<Problem>& problems)
    : registry_(registry), problems_(problems) {
  levels_.push_back({&kNothing, std::move(path), {}, map.place});
  if (map.kind == Tree::Kind::map)
    level().map = &map;
  else if (map.kind != Tree::Kind::null)
    problems_.push_back(
        {map.place, level().path, "expected a map of settings, not " + map.describe()});
}

const Tree* SettingsReader::take(std::string_view name) {
  level().known.emplace_back(name);
  const auto* entry = level().map->find(name);
  if (!entry) return nullptr;
  if (!inactive_.empty()) {
    if (entry->value.inherited) return nullptr;
    problems_.push_back(
        {entry->place, join_path(level().path, name), "applies only with " + inactive_.back()});
    return nullptr;
  }
  if (entry->value.kind == Tree::Kind::null) {
    problems_.push_back({entry->place, join_path(level().path, name), "a value is missing"});
    return nullptr;
  }
  return &entry->value;
}

void SettingsReader::problem(const Tree& at, std::string_view name, const std::string& message) {
  problems_.push_back({at.place, join_path(level().path, name), message});
}

void SettingsReader::expected(const Tree& at, std::string_view name, const std::string& what) {
  problem(at, name, "expected " + what + ", not " + at.describe());
}

bool SettingsReader::parse_number(const Tree& at, std::string_view name, Range range,
                                  double& value) {
  double parsed = 0;
  if (at.kind != Tree::Kind::scalar || at.quoted || !to_double(at.scalar, parsed) ||
      !range.contains(parsed)) {
    expected(at, name, with_range("a number", range));
    return false;
  }
  value = parsed;
  return true;
}

// Also takes 1e6 and 2.0: whole numbers that are written as people write them.
bool SettingsReader::parse_integer(const Tree& at, std::string_view name, Range range,
                                   std::int64_t& value) {
  std::int64_t parsed = 0;
  bool good = at.kind == Tree::Kind::scalar && !at.quoted && !at.scalar.empty();
  if (good) {
    const char* begin = at.scalar.c_str() + (at.scalar[0] == '+' ? 1 : 0);
    const char* end = at.scalar.c_str() + at.scalar.size();
    const auto result = std::from_chars(begin, end, parsed);
    if (result.ec != std::errc() || result.ptr != end) {
      double wide = 0;
      good = to_double(at.scalar, wide) && wide == std::floor(wide) && std::abs(wide) < 9e15;
      if (good) parsed = static_cast<std::int64_t>(wide);
    }
  }
  if (!good || !range.contains(static_cast<double>(parsed))) {
    expected(at, name, with_range("a whole number", range));
    return false;
  }
  value = parsed;
  return true;
}

void SettingsReader::boolean(std::string_view name, bool& value, std::string_view) {
  const Tree* at = take(name);
  if (!at) return;
  if (at->kind == Tree::Kind::scalar && !at->quoted && at->scalar == "true")
    value = true;
  else if (at->kind == Tree::Kind::scalar && !at->quoted && at->scalar == "false")
    value = false;
  else
    expected(*at, name, "true or false");
}

void SettingsReader::integer(std::string_view name, std::int64_t& value, std::string_view,
                             Range range) {
  if (const Tree* at = take(name)) parse_integer(*at, name, range, value);
}

void SettingsReader::number(std::string_view name, double& value, std::string_view, Range range) {
  if (const Tree* at = take(name)) parse_number(*at, name, range, value);
}

void SettingsReader::text(std::string_view name, std::string& value, std::string_view) {
  const Tree* at = take(name);
  if (!at) return;
  if (at->kind == Tree::Kind::scalar)
    value = at->scalar;
  else
    expected(*at, name, "a text");
}

void SettingsReader::numbers(std::string_view name, std::vector<double>& value, std::string_view,
                             Range range) {
  const Tree* at = take(name);
  if (!at) return;
  if (at->kind != Tree::Kind::list) {
    expected(*at, name, with_range("a list of numbers", range));
    return;
  }
  value.clear();
  for (std::size_t i = 0; i < at->list.size(); ++i) {
    double x = 0;
    if (parse_number(at->list[i], std::string(name) + "." + std::to_string(i), range, x))
      value.push_back(x);
  }
}

void SettingsReader::integers(std::string_view name, std::vector<std::int64_t>& value,
                              std::string_view, Range range) {
  const Tree* at = take(name);
  if (!at) return;
  if (at->kind != Tree::Kind::list) {
    expected(*at, name, with_range("a list of whole numbers", range));
    return;
  }
  value.clear();
  for (std::size_t i = 0; i < at->list.size(); ++i) {
    std::int64_t x = 0;
    if (parse_integer(at->list[i], std::string(name) + "." + std::to_string(i), range, x))
      value.push_back(x);
  }
}

void SettingsReader::texts(std::string_view name, std::vector<std::string>& value,
                           std::string_view) {
  const Tree* at = take(name);
  if (!at) return;
  if (at->kind != Tree::Kind::list) {
    expected(*at, name, "a list of texts");
    return;
  }
  value.clear();
  for (std::size_t i = 0; i < at->list.size(); ++i) {
    if (at->list[i].kind == Tree::Kind::scalar)
      value.push_back(at->list[i].scalar);
    else
      expected(at->list[i], std::string(name) + "." + std::to_string(i), "a text");
  }
}

void SettingsReader::schedule(std::string_view name, Schedule& value, std::string_view,
                              Range range) {
  const Tree* at = take(name);
  if (!at) return;
  if (at->kind != Tree::Kind::map) {
    double constant = 0;
    if (at->kind != Tree::Kind::scalar)
      expected(*at, name, with_range("a number", range) + " or a schedule {kind, from, to, steps}");
    else if (parse_number(*at, name, range, constant))
      value = constant;
    return;
  }
  const std::size_t before = problems_.size();
  SettingsReader in(registry_, *at, join_path(level().path, name), problems_);
  constexpr std::string_view kKinds[] = {"linear", "exponential", "piecewise"};
  int kind = 0;
  in.choice_index("kind", kind, kKinds, "");
  double from = value.at(0), to = from;
  std::int64_t steps = 0;
  std::vector<std::pair<std::int64_t, double>> points;
  if (kind < 2) {
    Range rates = range;
    if (kind == 1 && rates.low <= 0) rates.low = 0, rates.open_low = true;
    for (const char* needed : {"from", "to", "steps"})
      if (!at->find(needed)) in.problem(*at, needed, "is needed for a schedule");
    in.number("from", from, "", rates);
    in.number("to", to, "", rates);
    in.integer("steps", steps, "", Range::at_least(1));
  } else if (const Tree* list = in.take("points"); !list) {
    in.problem(*at, "points", "is needed for a piecewise schedule");
  } else if (list->kind != Tree::Kind::list || list->list.empty()) {
    in.expected(*list, "points", "a list of [step, value] pairs");
  } else {
    for (std::size_t i = 0; i < list->list.size(); ++i) {
      const Tree& pair = list->list[i];
      const std::string where = "points." + std::to_string(i);
      std::int64_t step = 0;
      double rate = 0;
      if (pair.kind != Tree::Kind::list || pair.list.size() != 2)
        in.expected(pair, where, "a pair [step, value]");
      else if (in.parse_integer(pair.list[0], where, Range::at_least(0), step) &&
               in.parse_number(pair.list[1], where, range, rate)) {
        if (!points.empty() && step <= points.back().first)
          in.problem(pair, where, "expected steps in ascending order");
        points.emplace_back(step, rate);
      }
    }
  }
  in.finish();
  if (problems_.size() != before) return;
  value = kind == 0   ? Schedule::linear(from, to, steps)
          : kind == 1 ? Schedule::exponential(from, to, steps)
                      : Schedule::piecewise(std::move(points));
}

void SettingsReader::choice_index(std::string_view name, int& index, Names names,
                                  std::string_view) {
  const Tree* at = take(name);
  if (!at) return;
  std::vector<std::string> all(names.begin(), names.end());
  if (at->kind == Tree::Kind::scalar) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i] == at->scalar) {
        index = static_cast<int>(i);
        return;
      }
    }
  }
  const std::string near = at->kind == Tree::Kind::scalar ? nearest(at->scalar, all) : "";
  expected(*at, name, "one of " + list_names(all));
  if (!near.empty()) problems_.back().message += "; did you mean '" + near + "'?";
}

void SettingsReader::chosen(std::string_view key, ComponentSlot& value, std::string_view) {
  const Tree* at = level().name ? std::exchange(level().name, nullptr) : take(key);
  std::vector<std::string> names;
  for (const auto& entry : registry_.list(value.kind())) names.push_back(entry.name);
  const std::string kind(value.kind());
  if (at && at->kind != Tree::Kind::scalar) {
    expected(*at, key, "the name of " + with_article(kind));
  } else if (!value.choose(registry_, at ? at->scalar : std::string(value.chosen()))) {
    if (!at) {
      problems_.push_back(
          {level().place, join_path(level().path, key),
           "is needed: the name of " + with_article(kind) + " (" + list_names(names) + ")"});
    } else {
      const std::string near = nearest(at->scalar, names);
      problem(*at, key,
              "there is no " + kind + " '" + at->scalar + "'; " +
                  (near.empty()
                       ? "expected one of " + list_names(names)
                       : "did you mean '" + near + "'? (there are " + list_names(names) + ")"));
    }
  } else {
    value.fields(*this);
    return;
  }
  // Without a component nothing can be said about its settings: accept the rest of the map.
  for (const auto& entry : level().map->map) level().known.push_back(entry.key);
}

void SettingsReader::when(bool condition, std::string_view description,
                          const std::function<void()>& fields) {
  if (!condition) inactive_.emplace_back(description);
  fields();
  if (!condition) inactive_.pop_back();
}

bool SettingsReader::begin_section(std::string_view name, std::string_view) {
  const Tree* at = take(name);
  std::string path = join_path(level().path, name);
  const Tree* map = at && at->kind == Tree::Kind::map ? at : &kNothing;
  const Tree* alone = at && at->kind == Tree::Kind::scalar ? at : nullptr;
  if (at && at != map && !alone) expected(*at, name, "a map of settings");
  levels_.push_back({map, std::move(path), {}, at ? at->place : level().place, alone});
  return true;
}

void SettingsReader::end_section() {
  if (const Tree* alone = level().name)  // no component is chosen here
    problems_.push_back(
        {alone->place, level().path, "expected a map of settings, not " + alone->describe()});
  report_unknown();
  levels_.pop_back();
}

void SettingsReader::finish() { report_unknown(); }

void SettingsReader::report_unknown() {
  const Level& here = level();
  for (const auto& entry : here.map->map) {
    if (std::find(here.known.begin(), here.known.end(), entry.key) != here.known.end()) continue;
    const std::string near = nearest(entry.key, here.known);
    std::string message = "there is no such setting";
    if (!near.empty())
      message += "; did you mean '" + near + "'?";
    else if (!here.known.empty())
      message += "; known here: " + list_names(here.known);
    problems_.push_back({entry.place, join_path(here.path, entry.key), message});
  }
}

void TreeIssues::add(std::string_view path, std::string_view message) {
  const Tree* at = &map_;
  Place place = map_.place;
  std::stringstream parts{std::string(path)};
  for (std::string part; std::getline(parts, part, '.');) {
    if (const auto* entry = at->find(part)) {
      at = &entry->value;
      place = entry->place;
    } else {
      break;
    }
  }
  problems_.push_back({place, join_path(path_, path), std::string(message)});
  if (path.empty()) problems_.back().path = path_;
}

}  // namespace sandlot
