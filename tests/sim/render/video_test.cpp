#include "sim/render/video.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

using namespace sandlot;
namespace fs = std::filesystem;

namespace {

class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("sandlot-video-" + std::to_string(getpid()))) {
    fs::create_directories(path_);
  }
  ~Folder() { fs::remove_all(path_); }
  fs::path operator/(const std::string& name) const { return path_ / name; }
  int files() const {
    int count = 0;
    for ([[maybe_unused]] const auto& entry : fs::directory_iterator(path_)) ++count;
    return count;
  }

 private:
  fs::path path_;
};

// Sets PATH for as long as it lives.
class Path {
 public:
  explicit Path(const std::string& value) : before_(std::getenv("PATH")) {
    setenv("PATH", value.c_str(), 1);
  }
  ~Path() { setenv("PATH", before_.c_str(), 1); }

 private:
  std::string before_;
};

Frame frame_of(int width, int height, int shade) {
  return {width, height,
          std::vector<std::uint8_t>(static_cast<std::size_t>(width * height) * 4,
                                    static_cast<std::uint8_t>(shade))};
}

std::string output_of(const std::string& command) {
  std::string out;
  std::FILE* pipe = popen(command.c_str(), "r");
  for (int c; (c = std::fgetc(pipe)) != EOF;) out += static_cast<char>(c);
  pclose(pipe);
  return out;
}

}  // namespace

TEST_CASE("video: both kinds hold the frames given, and nothing else is left") {
  if (!video_available()) {
    MESSAGE("ffmpeg is not installed: skipped");
    return;
  }
  const Folder folder;
  for (const std::string ending : {"mp4", "gif"}) {
    const fs::path path = folder / ("clip." + ending);
    VideoWriter video(path, 33, 21, 10);
    for (int i = 0; i < 12; ++i) video.add(frame_of(33, 21, i * 20));
    CHECK(!fs::exists(path));
    video.finish();
    CHECK(fs::exists(path));
    const std::string facts = output_of(
        "ffprobe -v error -count_frames -show_entries "
        "stream=codec_name,width,height,nb_read_frames -of csv=p=0 '" +
        path.string() + "'");
    CHECK(facts == (ending == "mp4" ? "h264,34,22,12\n" : "gif,33,21,12\n"));
    CHECK_THROWS_AS(video.add(frame_of(33, 21, 0)), std::runtime_error);
  }
  CHECK(folder.files() == 2);
}

TEST_CASE("video: without finish() nothing is left behind") {
  if (!video_available()) return;
  const Folder folder;
  {
    VideoWriter video(folder / "clip.mp4", 16, 16, 10);
    video.add(frame_of(16, 16, 9));
    CHECK_THROWS_WITH_AS(video.add(frame_of(8, 16, 9)),
                         doctest::Contains("a frame of 8×16 in a video of 16×16"),
                         std::invalid_argument);
  }
  CHECK(folder.files() == 0);
}

TEST_CASE("video: what cannot be is refused") {
  CHECK_THROWS_WITH_AS(VideoWriter("clip.avi", 8, 8, 10),
                       "clip.avi: a video's name ends in .mp4 or .gif", std::invalid_argument);
  CHECK_THROWS_AS(VideoWriter("clip.mp4", 0, 8, 10), std::invalid_argument);
  CHECK_THROWS_AS(VideoWriter("clip.mp4", 8, 8, 0), std::invalid_argument);
}

TEST_CASE("video: a missing or failing ffmpeg is named") {
  const Folder folder;
  {
    const Path path("/nonexistent");
    CHECK(!video_available());
    CHECK_THROWS_WITH_AS(
        VideoWriter(folder / "clip.mp4", 8, 8, 10),
        "ffmpeg was not found: install it (apt-get install ffmpeg) to record videos",
        std::runtime_error);
  }
  CHECK(folder.files() == 0);
  std::ofstream(folder / "ffmpeg")
      << "#!/bin/sh\necho first >&2\necho no such encoder >&2\nexit 3\n";
  fs::permissions(folder / "ffmpeg", fs::perms::owner_all);
  const Path path(folder.operator/("").string() + ":" + std::getenv("PATH"));
  const auto record = [&] {
    VideoWriter video(folder / "clip.mp4", 320, 240, 10);
    for (int i = 0; i < 100; ++i) video.add(frame_of(320, 240, i));
    video.finish();
  };
  CHECK_THROWS_WITH_AS(record(), doctest::Contains("clip.mp4: ffmpeg failed: no such encoder"),
                       std::runtime_error);
  CHECK(folder.files() == 1);
}
