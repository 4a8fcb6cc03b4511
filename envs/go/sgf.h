// Smart Game Format, FF[4] (Hollosi 1999), for Go: files as trees of properties, and games out of
// them.
//
// What is read is turned into UTF-8, whatever CA says it is in; what is written is UTF-8.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "envs/go/game.h"

namespace sandlot::go {

// Source, line, column, what is wrong, and what was expected.
struct SgfError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct SgfProperty {
  std::string name;
  std::vector<std::string> values;  // without escapes, which are put back by writing
  bool operator==(const SgfProperty&) const = default;
};

struct SgfNode {
  std::vector<SgfProperty> properties;
  std::vector<int> children;  // indices into SgfTree::nodes; the first one continues the main line
  // The values of a property; empty where the node has it not.
  const std::vector<std::string>* find(std::string_view name) const;
  std::string first(std::string_view name) const;  // "" where it is not there
  bool operator==(const SgfNode&) const = default;
};

// A game: [0] is its root. Flat, so that a deep tree needs no deep recursion.
struct SgfTree {
  std::vector<SgfNode> nodes;
  std::vector<int> main_line() const;
  bool operator==(const SgfTree&) const = default;
};

// All games of a file; text before the first one is passed over, and a file may end without its
// closing brackets. Throws SgfError.
std::vector<SgfTree> parse_sgf(std::string_view text, const std::string& source = "SGF");
std::vector<SgfTree> read_sgf(const std::filesystem::path& file);
std::string write_sgf(const SgfTree& tree);

// The game along the main line, up to `most_moves` moves. Komi and size are the file's, other rules
// as given. A set-up in mid-game starts the history anew. SgfError for a move that the rules do not
// allow, a board that is not square or too large.
Game game_of(const SgfTree& tree, const Rules& rules = {}, int most_moves = 1 << 30);

struct SgfInfo {
  std::string black, white, result, name, date, event;
  std::vector<std::string> comments;  // by move; may be shorter than the game
};
SgfTree tree_of(const Game& game, const SgfInfo& info);
// "B+3.5", "W+R" where a colour gave up, "0" for a tie.
std::string result_of(double score, Color resigned = kEmpty);

}  // namespace sandlot::go
