// PNG files from frames.
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "sim/render/frame.h"

namespace sandlot {

// Throws std::runtime_error where the picture is empty or there is no memory for it.
std::vector<std::byte> encode_png(const Frame& frame);
// Replaces `path` as a whole; throws std::runtime_error with the reason.
void write_png(const std::filesystem::path& path, const Frame& frame);

}  // namespace sandlot
