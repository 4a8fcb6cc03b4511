#include "sim/experiment/palette.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <limits>

#include "sim/core/random.h"
#include "sim/render/video.h"

using namespace sandlot;
namespace fs = std::filesystem;

namespace {

// Each pixel one of `colors` colours drawn at random.
Frame speckled(int width, int height, int colors, Seed seed) {
  Random random(seed);
  std::vector<PaletteColor> all(static_cast<std::size_t>(colors));
  for (auto& c : all)
    for (std::uint8_t* part : {&c.r, &c.g, &c.b})
      *part = static_cast<std::uint8_t>(random.below(256));
  Frame frame{width, height, {}};
  for (int i = 0; i < width * height; ++i) {
    const auto& c = all[random.below(static_cast<std::uint32_t>(colors))];
    frame.rgba.insert(frame.rgba.end(), {c.r, c.g, c.b, 255});
  }
  return frame;
}

// A sky that grows lighter, with a red sun that fills a fiftieth of it.
Frame evening() {
  Frame frame{100, 100, {}};
  for (int y = 0; y < 100; ++y)
    for (int x = 0; x < 100; ++x) {
      const bool sun = (x - 70) * (x - 70) + (y - 30) * (y - 30) < 64;
      const auto shade = static_cast<std::uint8_t>(60 + y + x / 2);
      if (sun)
        frame.rgba.insert(frame.rgba.end(), {static_cast<std::uint8_t>(200 + x / 3), 60, 40, 255});
      else
        frame.rgba.insert(frame.rgba.end(), {static_cast<std::uint8_t>(shade / 2), shade,
                                             static_cast<std::uint8_t>(shade + 40), 255});
    }
  return frame;
}

double squared_error(const Frame& frame, const std::vector<PaletteColor>& palette) {
  double sum = 0;
  for (std::size_t at = 0; at < frame.rgba.size(); at += 4) {
    double best = std::numeric_limits<double>::infinity();
    for (const auto& c : palette) {
      const double r = frame.rgba[at] - c.r, g = frame.rgba[at + 1] - c.g,
                   b = frame.rgba[at + 2] - c.b;
      best = std::min(best, r * r + g * g + b * b);
    }
    sum += best;
  }
  return sum / (static_cast<double>(frame.rgba.size()) / 4);
}

}  // namespace

TEST_CASE("palette: few colours are kept as they are") {
  const Frame frame = speckled(40, 30, 200, 1);
  KMeansPalette palette;
  palette.look_at(frame);
  palette.look_at(frame);
  const auto colors = palette.make(255);
  CHECK(colors.size() <= 200);
  CHECK(squared_error(frame, colors) == 0);
  CHECK(KMeansPalette().make(255).size() == 1);
}

TEST_CASE("palette: of many colours those that lie nearest to all of them") {
  const Frame frame = evening();
  KMeansPalette palette;
  palette.look_at(frame);
  const auto eight = palette.make(8);
  CHECK(eight.size() == 8);
  std::vector<PaletteColor> corners;  // of the colour cube
  for (int i = 0; i < 8; ++i)
    corners.push_back({static_cast<std::uint8_t>(i & 1 ? 191 : 64),
                       static_cast<std::uint8_t>(i & 2 ? 191 : 64),
                       static_cast<std::uint8_t>(i & 4 ? 191 : 64)});
  // Seven for a sky whose shades span about 150 · 1.5 in length, one for the sun.
  CHECK(squared_error(frame, eight) < 120);
  CHECK(squared_error(frame, eight) < squared_error(frame, corners) / 10);
  CHECK(palette.make(8) == eight);

  // More colours than are counted one by one.
  KMeansPalette many;
  const Frame noise = speckled(300, 200, 50000, 2);
  many.look_at(noise);
  CHECK(many.make(64).size() == 64);
}

TEST_CASE("palette: a .gif of few colours loses nothing") {
  if (!video_available()) {
    MESSAGE("ffmpeg is not installed: skipped");
    return;
  }
  const fs::path folder =
      fs::temp_directory_path() / ("sandlot-palette-" + std::to_string(getpid()));
  fs::create_directories(folder);
  const Frame frame = speckled(40, 30, 250, 3);
  const fs::path gif = folder / "clip.gif";
  VideoWriter video(gif, 40, 30, 10, std::make_unique<KMeansPalette>());
  for (int i = 0; i < 3; ++i) video.add(frame);
  video.finish();
  int files = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder)) ++files;
  CHECK(files == 1);
  const std::string command =
      "ffmpeg -loglevel error -i '" + gif.string() + "' -frames:v 1 -f rawvideo -pix_fmt rgba -";
  std::FILE* pipe = popen(command.c_str(), "r");
  std::vector<std::uint8_t> shown;
  for (int c; (c = std::fgetc(pipe)) != EOF;) shown.push_back(static_cast<std::uint8_t>(c));
  pclose(pipe);
  CHECK(shown == frame.rgba);
  fs::remove_all(folder);
}
