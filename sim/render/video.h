// Video files from frames, by way of the program ffmpeg.
#pragma once

#include <filesystem>
#include <memory>

#include "sim/render/frame.h"
#include "sim/render/palette.h"

namespace sandlot {

// Whether ffmpeg is on the PATH.
bool video_available();

// Writes .mp4 (H.264, yuv420p; odd sizes are padded by one pixel) or .gif (of 255 colours, which
// the palette maker chooses, or ffmpeg without one). The file appears under its name only when
// finish() has succeeded; without that, or after a failure, nothing is left behind.
class VideoWriter {
 public:
  // Throws std::invalid_argument for another file ending or a size or rate that is not positive,
  // std::runtime_error where ffmpeg is missing.
  VideoWriter(const std::filesystem::path& path, int width, int height, double frames_per_second,
              std::unique_ptr<PaletteMaker> palette = nullptr);
  ~VideoWriter();
  VideoWriter(VideoWriter&&) noexcept;
  VideoWriter& operator=(VideoWriter&&) noexcept;

  // Throws std::invalid_argument for a frame of another size, std::runtime_error with ffmpeg's last
  // line where ffmpeg failed.
  void add(const Frame& frame);
  void finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sandlot
