#include "sim/render/video.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace sandlot {
namespace {

constexpr const char* missing =
    "ffmpeg was not found: install it (apt-get install ffmpeg) to record videos";

std::vector<std::string> arguments(const std::string& target, bool gif, int width, int height,
                                   double frames_per_second) {
  std::ostringstream rate;
  rate << frames_per_second;
  std::vector<std::string> list{"ffmpeg",      "-loglevel",
                                "error",       "-y",
                                "-f",          "rawvideo",
                                "-pix_fmt",    "rgba",
                                "-video_size", std::to_string(width) + "x" + std::to_string(height),
                                "-framerate",  rate.str(),
                                "-i",          "pipe:0"};
  const auto add = [&](std::initializer_list<const char*> more) {
    list.insert(list.end(), more.begin(), more.end());
  };
  if (gif)
    add({"-filter_complex",
         "split[a][b];[a]palettegen=stats_mode=diff[p];[b][p]paletteuse=dither=none", "-loop", "0",
         "-f", "gif"});
  else
    add({"-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2", "-c:v", "libx264", "-preset", "veryfast", "-crf",
         "18", "-pix_fmt", "yuv420p", "-movflags", "+faststart", "-f", "mp4"});
  list.push_back(target);
  return list;
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
    if (!temporary.empty()) std::filesystem::remove(temporary, ignored);
  }

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

VideoWriter::VideoWriter(const std::filesystem::path& path, int width, int height,
                         double frames_per_second)
    : impl_(std::make_unique<Impl>()) {
  const std::string ending = path.extension().string();
  if (ending != ".mp4" && ending != ".gif")
    throw std::invalid_argument(path.string() + ": a video's name ends in .mp4 or .gif");
  if (width <= 0 || height <= 0 || !(frames_per_second > 0))
    throw std::invalid_argument(path.string() + ": a video needs a size and a frame rate above 0");
  impl_->path = path;
  impl_->width = width;
  impl_->height = height;
  impl_->temporary = path.parent_path() /
                     ("." + path.filename().string() + "." + std::to_string(getpid()) + ".part");
  // "file:" keeps ffmpeg from reading a protocol into a name with a colon.
  impl_->start(arguments("file:" + impl_->temporary.string(), ending == ".gif", width, height,
                         frames_per_second));
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
  ++impl_->frames;
}

void VideoWriter::finish() {
  if (impl_->child < 0) throw std::runtime_error(impl_->path.string() + ": the video is finished");
  if (impl_->frames == 0)
    throw std::runtime_error(impl_->path.string() + ": a video needs at least one frame");
  impl_->close_input();
  const int status = impl_->wait_for_child();
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) impl_->fail(status);
  std::filesystem::rename(impl_->temporary, impl_->path);
  impl_->temporary.clear();
}

}  // namespace sandlot
