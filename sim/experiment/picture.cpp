#include "sim/experiment/picture.h"

#include <algorithm>
#include <cstdint>
#include <span>

#include "sim/render/png.h"

namespace sandlot {
namespace {

std::string base64(std::span<const std::byte> data) {
  const auto* bytes_begin = reinterpret_cast<const std::uint8_t*>(data.data());
  const std::span bytes(bytes_begin, data.size());
  constexpr char kLetters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = bytes.size() - i;
    const std::uint32_t word = static_cast<std::uint32_t>(bytes[i]) << 16 |
                               (left > 1 ? static_cast<std::uint32_t>(bytes[i + 1]) << 8 : 0u) |
                               (left > 2 ? static_cast<std::uint32_t>(bytes[i + 2]) : 0u);
    out += kLetters[word >> 18];
    out += kLetters[word >> 12 & 63];
    out += left > 1 ? kLetters[word >> 6 & 63] : '=';
    out += left > 2 ? kLetters[word & 63] : '=';
  }
  return out;
}

}  // namespace

std::string PictureMaker::picture(const Environment& world, double width) {
  world.draw(scene_);
  const double scale = std::min(1.0, width / scene_.width());
  return "data:image/png;base64," + base64(encode_png(canvas_.draw(scene_, scale)));
}

}  // namespace sandlot
