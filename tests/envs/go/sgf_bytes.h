// Any bytes as an SGF file: read, made a game of, written and read again. What may happen is an
// SgfError.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "envs/go/sgf.h"

namespace sandlot::go {

inline void read_bytes(std::string_view text) {
  std::vector<SgfTree> trees;
  try {
    trees = parse_sgf(text);
  } catch (const SgfError&) {
    return;
  }
  for (const auto& tree : trees) {
    // What was read is UTF-8 now, whatever CA says. A value that holds "CA[" is taken for one.
    SgfTree plain = tree;
    bool misleading = false;
    for (auto& node : plain.nodes)
      for (auto& property : node.properties) {
        if (property.name == "CA") property.values.assign(1, "UTF-8");
        for (const auto& value : property.values)
          misleading |= value.find("CA[") != std::string::npos;
      }
    const std::string written = write_sgf(plain);
    if (!misleading) {
      const auto again = parse_sgf(written);
      if (again.size() != 1 || write_sgf(again.front()) != written)
        throw std::logic_error("written again, it is another file: " + written);
    }
    try {
      game_of(tree);
    } catch (const SgfError&) {
    }
  }
}

}  // namespace sandlot::go
