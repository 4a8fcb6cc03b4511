#include "sim/render/png.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>

#include "sim/core/archive.h"

using namespace sandlot;

namespace {

std::uint32_t big_endian(const std::vector<std::byte>& bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i)
    value = value << 8 | std::to_integer<std::uint32_t>(bytes.at(at + i));
  return value;
}

}  // namespace

TEST_CASE("png: signature and header") {
  Frame frame{3, 2, std::vector<std::uint8_t>(24, 255)};
  const auto bytes = encode_png(frame);
  CHECK(std::memcmp(bytes.data(), "\x89PNG\r\n\x1a\n", 8) == 0);
  CHECK(big_endian(bytes, 16) == 3);
  CHECK(big_endian(bytes, 20) == 2);
  CHECK_THROWS_WITH_AS(encode_png(Frame{}), "a PNG needs a picture", std::runtime_error);
}

// A second reader, where it is installed: the pixels come back.
TEST_CASE("png: another program reads the same pixels") {
  if (std::system("convert -version >/dev/null 2>&1") != 0) return;
  const auto folder = std::filesystem::temp_directory_path();
  const std::string stem = (folder / ("sandlot-png-" + std::to_string(getpid()))).string();
  for (const bool opaque : {true, false}) {
    Frame frame{5, 3, {}};
    for (int i = 0; i < 15; ++i)
      for (const int c : {i * 17, 255 - i * 17, i * 5, opaque || i % 2 == 0 ? 255 : 0})
        frame.rgba.push_back(static_cast<std::uint8_t>(c));
    write_png(stem + ".png", frame);
    REQUIRE(std::system(("convert -depth 8 " + stem + ".png rgba:" + stem + ".raw").c_str()) == 0);
    const auto raw = read_file(stem + ".raw");
    REQUIRE(raw.size() == frame.rgba.size());
    for (std::size_t i = 0; i < raw.size(); i += 4) {
      const bool visible = frame.rgba[i + 3] == 255;
      for (std::size_t c = visible ? 0 : 3; c < 4; ++c)
        CHECK(std::to_integer<int>(raw[i + c]) == frame.rgba[i + c]);
    }
    std::filesystem::remove(stem + ".png");
    std::filesystem::remove(stem + ".raw");
  }
}
