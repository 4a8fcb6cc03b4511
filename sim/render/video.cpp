#include "sim/render/video.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "sim/render/png.h"

namespace sandlot {
namespace {

constexpr const char* missing =
    "ffmpeg was not found: install it (apt-get install ffmpeg) to record videos";

constexpr int kGifColors = 255;  // one is left for what is the same as in the frame before

std::vector<std::string> raw_input(int width, int height, double frames_per_second) {
  std::ostringstream rate;
  rate << frames_per_second;
  return {"ffmpeg",      "-loglevel",
          "error",       "-y",
          "-f",          "rawvideo",
          "-pix_fmt",    "rgba",
          "-video_size", std::to_string(width) + "x" + std::to_string(height),
          "-framerate",  rate.str(),
          "-i",          "pipe:0"};
}

// What comes after the input.
std::vector<std::string> mp4_output() {
  return {"-vf",       "pad=ceil(iw/2)*2:ceil(ih/2)*2",
          "-c:v",      "libx264",
          "-preset",   "veryfast",
          "-crf",      "18",
          "-pix_fmt",  "yuv420p",
          "-movflags", "+faststart",
          "-f",        "mp4"};
}
std::vector<std::string> gif_output(const std::string& filter) {
  return {"-filter_complex", filter, "-loop", "0", "-f", "gif"};
}
// Without loss, for a second look.
std::vector<std::string> kept_output() {
  return {"-c:v", "libx264rgb", "-qp", "0", "-preset", "ultrafast", "-f", "matroska"};
}

std::vector<std::string> joined(std::vector<std::string> a, const std::vector<std::string>& b,
                                const std::string& target) {
  a.insert(a.end(), b.begin(), b.end());
  a.push_back(target);
  return a;
}

// As ffmpeg's paletteuse takes it: 16 × 16 pixels, what is left over filled with the last colour.
Frame palette_picture(const std::vector<PaletteColor>& palette) {
  Frame picture{16, 16, {}};
  for (std::size_t i = 0; i < 256; ++i) {
    if (i == 255) {
      picture.rgba.insert(picture.rgba.end(), {0, 0, 0, 0});
      continue;
    }
    const PaletteColor& c = palette[std::min(i, palette.size() - 1)];
    picture.rgba.insert(picture.rgba.end(), {c.r, c.g, c.b, 255});
  }
  return picture;
}

}  // namespace

bool video_available() {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');) {
    std::error_code ignored;
    const auto program = std::filesystem::path(folder.empty() ? "." : folder) / "ffmpeg";
    if (std::filesystem::is_regular_file(program, ignored) && access(program.c_str(), X_OK) == 0)
      return true;
  }
  return false;
}

struct VideoWriter::Impl {
  std::filesystem::path path, temporary;
  std::unique_ptr<PaletteMaker> palette;  // only where it is to be used
  std::filesystem::path kept, picture;    // the frames and the palette, until it is
  int width = 0, height = 0;
  pid_t child = -1;
  int input = -1;
  std::int64_t frames = 0;
  std::FILE* messages = nullptr;  // what ffmpeg says on stderr

  ~Impl() {
    if (child > 0) {
      kill(child, SIGKILL);
      wait_for_child();
    }
    if (input >= 0) close(input);
    if (messages) std::fclose(messages);
    std::error_code ignored;
    for (const auto& file : {temporary, kept, picture})
      if (!file.empty()) std::filesystem::remove(file, ignored);
  }
  std::string file(const std::filesystem::path& name) const { return "file:" + name.string(); }
  std::filesystem::path hidden(const std::string& ending) const {
    return path.parent_path() /
           ("." + path.filename().string() + "." + std::to_string(getpid()) + ending);
  }
  void finish_child() {
    close_input();
    const int status = wait_for_child();
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) fail(status);
  }
  void use_palette();

  void start(const std::vector<std::string>& list);

  int wait_for_child() {
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    child = -1;
    return status;
  }

  void close_input() {
    if (input >= 0) close(input);
    input = -1;
  }

  [[noreturn]] void fail(int status) {
    std::string last, line;
    std::rewind(messages);
    for (int c; (c = std::fgetc(messages)) != EOF;) {
      if (c != '\n') {
        line += static_cast<char>(c);
      } else if (!line.empty()) {
        last.swap(line);
        line.clear();
      }
    }
    if (!line.empty()) last = line;
    if (last.empty())
      last = WIFSIGNALED(status) ? "killed by signal " + std::to_string(WTERMSIG(status))
                                 : "exit status " + std::to_string(WEXITSTATUS(status));
    throw std::runtime_error(path.string() + ": ffmpeg failed: " + last);
  }
};

// A socket instead of a pipe: writing to an ffmpeg that has died then gives an error, not SIGPIPE.
void VideoWriter::Impl::start(const std::vector<std::string>& list) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    throw std::system_error(errno, std::generic_category(), "a pipe to ffmpeg");
  input = ends[0];
  messages = std::tmpfile();
  if (!messages) {
    const int error = errno;
    close(ends[1]);
    throw std::system_error(error, std::generic_category(), "a temporary file");
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, fileno(messages), 2);
  std::vector<char*> argv;
  for (const auto& argument : list) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const int error = posix_spawnp(&child, "ffmpeg", &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (error == 0) return;
  child = -1;
  if (error == ENOENT) throw std::runtime_error(missing);
  throw std::system_error(error, std::generic_category(), "ffmpeg");
}

// The kept frames once more, now that their palette is known.
void VideoWriter::Impl::use_palette() {
  picture = hidden(".png");
  write_png(picture, palette_picture(palette->make(kGifColors)));
  if (messages) std::fclose(std::exchange(messages, nullptr));
  start(joined({"ffmpeg", "-loglevel", "error", "-y", "-i", file(kept), "-i", file(picture)},
               gif_output("[0:v][1:v]paletteuse=dither=none:diff_mode=rectangle"),
               file(temporary)));
  finish_child();
  std::filesystem::remove(kept);
  std::filesystem::remove(picture);
}

VideoWriter::VideoWriter(const std::filesystem::path& path, int width, int height,
                         double frames_per_second, std::unique_ptr<PaletteMaker> palette)
    : impl_(std::make_unique<Impl>()) {
  const std::string ending = path.extension().string();
  if (ending != ".mp4" && ending != ".gif")
    throw std::invalid_argument(path.string() + ": a video's name ends in .mp4 or .gif");
  if (width <= 0 || height <= 0 || !(frames_per_second > 0))
    throw std::invalid_argument(path.string() + ": a video needs a size and a frame rate above 0");
  impl_->path = path;
  impl_->width = width;
  impl_->height = height;
  // "file:" keeps ffmpeg from reading a protocol into a name with a colon.
  impl_->temporary = impl_->hidden(".part");
  const auto input = raw_input(width, height, frames_per_second);
  if (ending == ".mp4") {
    impl_->start(joined(input, mp4_output(), impl_->file(impl_->temporary)));
  } else if (!palette) {
    const std::string own =
        "split[a][b];[a]palettegen=stats_mode=diff[p];[b][p]paletteuse=dither=none";
    impl_->start(joined(input, gif_output(own), impl_->file(impl_->temporary)));
  } else {
    impl_->palette = std::move(palette);
    impl_->kept = impl_->hidden(".frames");
    impl_->start(joined(input, kept_output(), impl_->file(impl_->kept)));
  }
}

VideoWriter::~VideoWriter() = default;
VideoWriter::VideoWriter(VideoWriter&&) noexcept = default;
VideoWriter& VideoWriter::operator=(VideoWriter&&) noexcept = default;

void VideoWriter::add(const Frame& frame) {
  if (impl_->input < 0) throw std::runtime_error(impl_->path.string() + ": the video is finished");
  if (frame.width != impl_->width || frame.height != impl_->height)
    throw std::invalid_argument(impl_->path.string() + ": a frame of " +
                                std::to_string(frame.width) + "×" + std::to_string(frame.height) +
                                " in a video of " + std::to_string(impl_->width) + "×" +
                                std::to_string(impl_->height));
  const std::uint8_t* data = frame.rgba.data();
  for (std::size_t left = frame.rgba.size(); left > 0;) {
    const ssize_t sent = send(impl_->input, data, left, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) {
      impl_->close_input();
      impl_->fail(impl_->wait_for_child());
    }
    data += sent;
    left -= static_cast<std::size_t>(sent);
  }
  if (impl_->palette) impl_->palette->look_at(frame);
  ++impl_->frames;
}

void VideoWriter::finish() {
  if (impl_->child < 0) throw std::runtime_error(impl_->path.string() + ": the video is finished");
  if (impl_->frames == 0)
    throw std::runtime_error(impl_->path.string() + ": a video needs at least one frame");
  impl_->finish_child();
  if (impl_->palette) impl_->use_palette();
  std::filesystem::rename(impl_->temporary, impl_->path);
  impl_->temporary.clear();
}

}  // namespace sandlot
