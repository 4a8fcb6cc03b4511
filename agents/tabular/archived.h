// Reading state whose size the settings fix.
#pragma once

#include <vector>

#include "sim/core/archive.h"

namespace sandlot {

// Reads as many values as `values` has, and throws ArchiveError for any other count without having
// changed the size: the archive before this one can then still be loaded.
template <class T>
void read_fixed(Reader& in, std::vector<T>& values) {
  if (in.read_count(sizeof(T)) != values.size())
    in.fail("it was saved with other settings: the number of values differs");
  in.read_bytes(values.data(), values.size() * sizeof(T));
}

}  // namespace sandlot
