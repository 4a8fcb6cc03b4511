// Real extracts of maps, where they are at hand.
#pragma once

#include <cstdlib>
#include <filesystem>

namespace sandlot::city::testing {

// $SANDLOT_MAPS, or shared/data/maps beside the repository or above it; empty where there is none.
inline std::filesystem::path maps_folder() {
  if (const char* folder = std::getenv("SANDLOT_MAPS")) return folder;
  std::filesystem::path at = std::filesystem::path(SANDLOT_SOURCE_DIR);
  for (int up = 0; up < 4; ++up, at = at.parent_path())
    if (std::filesystem::is_directory(at / "shared/data/maps")) return at / "shared/data/maps";
  return {};
}

}  // namespace sandlot::city::testing
