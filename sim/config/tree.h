// Tree: a YAML document that remembers where each part was written.
//
// Variants, `--set` and the file itself are merged into one tree; every node keeps the place it
// came from, so that an error points there.
#pragma once

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace sandlot {

struct Place {
  std::string source;            // file name, or "--set agent.epsilon=2"
  int line = 0;                  // from 1; 0: the source as a whole
  int column = 0;                // from 1
  std::string describe() const;  // "file.yaml:3:7"
};

struct Problem {
  Place place;
  std::string path;     // "agent.replay.capacity", or ""
  std::string message;  // what was expected
  std::string describe() const;
};

// Input that cannot be used: every problem found, in order of place.
struct ConfigError : std::runtime_error {
  explicit ConfigError(std::vector<Problem> found);
  std::vector<Problem> problems;
};

struct Tree {
  enum class Kind { null, scalar, list, map };
  struct Entry;

  Kind kind = Kind::null;
  std::string scalar;
  bool quoted = false;  // a quoted scalar is a text, whatever it looks like
  // It stands in the section that this one says the difference to, and applies where it can.
  bool inherited = false;
  std::vector<Tree> list;
  std::vector<Entry> map;  // in order of the file
  Place place;

  const Entry* find(std::string_view key) const;
  Entry* find(std::string_view key);
  std::string describe() const;  // "a list", "the map {…}", "'text'"
};

struct Tree::Entry {
  std::string key;
  Place place;  // of the key
  Tree value;
};

// Throws ConfigError: bad syntax, duplicate keys, an absurd size or depth.
Tree parse_yaml(const std::string& text, const std::string& source);
Tree parse_yaml_file(const std::filesystem::path& path);

// Puts `over` on top of `base`: maps are merged key by key, null takes a key away, anything else
// replaces what was there.
void merge(Tree& base, const Tree& over);

// Applies "agent.epsilon=0.1"; a list element is named by its index.
void apply_override(Tree& base, const std::string& assignment);

// The candidate nearest to `name` by edit distance, or "" where none is near.
std::string nearest(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace sandlot
