#include "sim/config/tree.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <fstream>
#include <numeric>
#include <sstream>

namespace sandlot {
namespace {

constexpr int kMaxDepth = 64;
constexpr int kMaxNodes = 200'000;  // aliases of aliases grow without bound otherwise

std::string join(const std::vector<Problem>& problems) {
  std::string text;
  for (const auto& problem : problems) {
    if (!text.empty()) text += '\n';
    text += problem.describe();
  }
  return text;
}

class Converter {
 public:
  Converter(std::string source, std::vector<Problem>& problems)
      : source_(std::move(source)), problems_(problems) {}

  Tree convert(const YAML::Node& node, const std::string& path, int depth) {
    Tree tree;
    tree.place = place(node.Mark());
    if (depth > kMaxDepth || ++nodes_ > kMaxNodes) {
      if (!overflow_)
        problems_.push_back({tree.place, path, "the document is nested too deeply or too large"});
      overflow_ = true;
      return tree;
    }
    switch (node.Type()) {
      case YAML::NodeType::Scalar:
        tree.kind = Tree::Kind::scalar;
        tree.scalar = node.Scalar();
        tree.quoted = node.Tag() == "!";
        break;
      case YAML::NodeType::Sequence:
        tree.kind = Tree::Kind::list;
        for (std::size_t i = 0; i < node.size() && !overflow_; ++i)
          tree.list.push_back(convert(node[i], path + "." + std::to_string(i), depth + 1));
        break;
      case YAML::NodeType::Map:
        tree.kind = Tree::Kind::map;
        for (auto it = node.begin(); it != node.end() && !overflow_; ++it)
          add_entry(tree, it->first, it->second, path, depth);
        break;
      default:
        break;
    }
    return tree;
  }

 private:
  Place place(const YAML::Mark& mark) const {
    if (mark.is_null()) return {source_, 0, 0};
    return {source_, mark.line + 1, mark.column + 1};
  }

  void add_entry(Tree& tree, const YAML::Node& key, const YAML::Node& value,
                 const std::string& path, int depth) {
    const Place where = place(key.Mark());
    if (!key.IsScalar()) {
      problems_.push_back({where, path, "a key must be a name, not a list or a map"});
      return;
    }
    const std::string name = key.Scalar();
    const std::string here = path.empty() ? name : path + "." + name;
    if (const auto* before = tree.find(name)) {
      problems_.push_back(
          {where, here,
           "this key was given before, on line " + std::to_string(before->place.line)});
      return;
    }
    tree.map.push_back({name, where, convert(value, here, depth + 1)});
  }

  std::string source_;
  std::vector<Problem>& problems_;
  int nodes_ = 0;
  bool overflow_ = false;
};

void erase(Tree& base, const std::string& key) {
  std::erase_if(base.map, [&](const Tree::Entry& entry) { return entry.key == key; });
}

std::vector<std::string> split_path(const std::string& path, const Place& place) {
  std::vector<std::string> parts;
  std::stringstream in(path);
  for (std::string part; std::getline(in, part, '.');) parts.push_back(part);
  if (parts.empty() || std::find(parts.begin(), parts.end(), "") != parts.end())
    throw ConfigError({{place, "", "expected path=value, such as agent.epsilon=0.1"}});
  return parts;
}

}  // namespace

std::string Place::describe() const {
  if (line == 0) return source;
  return source + ":" + std::to_string(line) + ":" + std::to_string(column);
}

std::string Problem::describe() const {
  return place.describe() + ": " + (path.empty() ? "" : path + ": ") + message;
}

ConfigError::ConfigError(std::vector<Problem> found)
    : std::runtime_error(join(found)), problems(std::move(found)) {}

const Tree::Entry* Tree::find(std::string_view key) const {
  for (const auto& entry : map)
    if (entry.key == key) return &entry;
  return nullptr;
}

Tree::Entry* Tree::find(std::string_view key) {
  return const_cast<Entry*>(std::as_const(*this).find(key));
}

std::string Tree::describe() const {
  switch (kind) {
    case Kind::null:
      return "nothing";
    case Kind::scalar:
      return "'" + (scalar.size() > 60 ? scalar.substr(0, 57) + "…" : scalar) + "'";
    case Kind::list:
      return "a list";
    case Kind::map:
      return "a map";
  }
  return "";
}

Tree parse_yaml(const std::string& text, const std::string& source) {
  std::vector<Problem> problems;
  Tree tree;
  try {
    const YAML::Node node = YAML::Load(text);
    tree = Converter(source, problems).convert(node, "", 0);
  } catch (const YAML::Exception& e) {
    const bool somewhere = !e.mark.is_null();
    problems.push_back(
        {{source, somewhere ? e.mark.line + 1 : 0, somewhere ? e.mark.column + 1 : 0},
         "",
         "not valid YAML: " + e.msg});
  }
  if (!problems.empty()) throw ConfigError(std::move(problems));
  return tree;
}

Tree parse_yaml_file(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error))
    throw ConfigError({{{path.string(), 0, 0}, "", "this is a folder; expected a YAML file"}});
  std::ifstream in(path, std::ios::binary);
  if (!in) throw ConfigError({{{path.string(), 0, 0}, "", "the file cannot be read"}});
  std::stringstream text;
  text << in.rdbuf();
  return parse_yaml(text.str(), path.string());
}

void merge(Tree& base, const Tree& over) {
  if (base.kind != Tree::Kind::map || over.kind != Tree::Kind::map) {
    base = over;
    return;
  }
  base.inherited = over.inherited;
  for (const auto& entry : over.map) {
    if (entry.value.kind == Tree::Kind::null) {
      erase(base, entry.key);
    } else if (auto* found = base.find(entry.key)) {
      merge(found->value, entry.value);
      found->place = entry.place;
    } else {
      base.map.push_back(entry);
    }
  }
}

void apply_override(Tree& base, const std::string& assignment) {
  const std::string source = "--set " + assignment;
  const Place whole{source, 0, 0};
  const auto equals = assignment.find('=');
  if (equals == std::string::npos)
    throw ConfigError({{whole, "", "expected path=value, such as agent.epsilon=0.1"}});
  const std::vector<std::string> parts = split_path(assignment.substr(0, equals), whole);
  Tree over = parse_yaml(assignment.substr(equals + 1), source);
  over.place = whole;
  // A list element is replaced in place; otherwise the path becomes a chain of maps to merge.
  if (Tree* at = &base; parts.size() > 1) {
    for (std::size_t i = 0; i + 1 < parts.size() && at; ++i) {
      auto* entry = at->find(parts[i]);
      at = entry ? &entry->value : nullptr;
    }
    if (at && at->kind == Tree::Kind::list) {
      const std::string& last = parts.back();
      const bool number =
          std::all_of(last.begin(), last.end(), [](char c) { return c >= '0' && c <= '9'; });
      if (!number || last.size() > 6 || std::stoul(last) >= at->list.size())
        throw ConfigError({{whole, assignment.substr(0, equals),
                            "expected an index below " + std::to_string(at->list.size())}});
      at->list[std::stoul(last)] = over;
      return;
    }
  }
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    Tree outer;
    outer.kind = Tree::Kind::map;
    outer.place = whole;
    outer.map.push_back({*part, whole, std::move(over)});
    over = std::move(outer);
  }
  merge(base, over);
}

std::string nearest(std::string_view name, const std::vector<std::string>& candidates) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(2, name.size() / 3) + 1;
  for (const auto& candidate : candidates) {
    // Levenshtein with transpositions counted as one (optimal string alignment).
    std::vector<std::size_t> before(candidate.size() + 1), row(candidate.size() + 1), older;
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= name.size(); ++i) {
      older = before;
      before = row;
      row[0] = i;
      for (std::size_t j = 1; j <= candidate.size(); ++j) {
        row[j] = std::min({before[j] + 1, row[j - 1] + 1,
                           before[j - 1] + (name[i - 1] == candidate[j - 1] ? 0u : 1u)});
        if (i > 1 && j > 1 && name[i - 1] == candidate[j - 2] && name[i - 2] == candidate[j - 1])
          row[j] = std::min(row[j], older[j - 2] + 1);
      }
    }
    if (row.back() < best_distance) {
      best_distance = row.back();
      best = candidate;
    }
  }
  return best;
}

}  // namespace sandlot
