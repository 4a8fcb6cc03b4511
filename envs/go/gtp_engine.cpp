#include "envs/go/gtp_engine.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

extern char** environ;

namespace sandlot::go {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t kLongestReply = 1 << 20;

std::string_view name(Color c) { return c == kBlack ? "black" : "white"; }

}  // namespace

GtpEngine::GtpEngine(std::vector<std::string> command, double timeout_seconds)
    : command_(std::move(command)), timeout_(timeout_seconds) {
  if (command_.empty()) throw EngineError("a GTP engine needs a command");
  start();
}

GtpEngine::~GtpEngine() { stop(); }

void GtpEngine::fail(const std::string& what) const {
  throw EngineError("GTP engine '" + command_.front() + "': " + what);
}

void GtpEngine::start() {
  // A write to a program that is gone is an error here, not the end of this one.
  signal(SIGPIPE, SIG_IGN);
  int input[2], output[2];
  if (pipe2(input, O_CLOEXEC) != 0) fail(std::strerror(errno));
  if (pipe2(output, O_CLOEXEC) != 0) {
    const int reason = errno;
    close(input[0]);
    close(input[1]);
    fail(std::strerror(reason));
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  std::vector<char*> arguments;
  for (auto& a : command_) arguments.push_back(a.data());
  arguments.push_back(nullptr);
  pid_t pid = -1;
  int error = posix_spawnp(&pid, arguments[0], &actions, nullptr, arguments.data(), environ);
  // Debian puts games where not every path leads.
  std::string game = "/usr/games/" + command_.front();
  if (error == ENOENT && command_.front().find('/') == std::string::npos) {
    arguments[0] = game.data();
    error = posix_spawn(&pid, game.c_str(), &actions, nullptr, arguments.data(), environ);
  }
  posix_spawn_file_actions_destroy(&actions);
  close(input[0]);
  close(output[1]);
  if (error != 0) {
    close(input[1]);
    close(output[0]);
    fail(std::string("cannot be started: ") + std::strerror(error));
  }
  process_ = pid;
  to_ = input[1];
  from_ = output[0];
  unread_.clear();
}

void GtpEngine::stop() {
  if (process_ < 0) return;
  // At the end of its input a well-behaved engine leaves by itself.
  close(to_);
  close(from_);
  int status = 0;
  for (int i = 0; i < 50; ++i) {
    if (waitpid(process_, &status, WNOHANG) == process_) {
      process_ = -1;
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  kill(process_, SIGKILL);
  waitpid(process_, &status, 0);
  process_ = -1;
}

void GtpEngine::restart() {
  stop();
  start();
}

GtpEngine::Reply GtpEngine::ask(std::string_view line, double timeout_seconds) {
  const std::string asked(line);
  const double allowed = timeout_seconds > 0 ? timeout_seconds : timeout_;
  const auto until = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                        std::chrono::duration<double>(allowed));
  const std::string text = asked + "\n";
  for (std::size_t sent = 0; sent < text.size();) {
    const ssize_t n = write(to_, text.data() + sent, text.size() - sent);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) fail("is gone; '" + asked + "' could not be sent");
    sent += static_cast<std::size_t>(n);
  }
  // An answer ends with an empty line.
  for (;;) {
    unread_.erase(std::remove(unread_.begin(), unread_.end(), '\r'), unread_.end());
    unread_.erase(0, std::min(unread_.find_first_not_of('\n'), unread_.size()));
    if (const auto end = unread_.find("\n\n"); end != std::string::npos) {
      Reply reply;
      std::string answer = unread_.substr(0, end);
      unread_.erase(0, end + 2);
      if (answer[0] != '=' && answer[0] != '?')
        fail("answered '" + answer.substr(0, 80) + "' to '" + asked +
             "'; expected a line that begins with = or ?");
      reply.success = answer[0] == '=';
      // Behind the sign may stand the number of a command, though none was given.
      const auto number = answer.find_first_not_of("0123456789", 1);
      const auto begin =
          number == std::string::npos ? number : answer.find_first_not_of(" \t", number);
      reply.text = begin == std::string::npos ? "" : answer.substr(begin);
      return reply;
    }
    if (unread_.size() > kLongestReply) fail("never ends its answer to '" + asked + "'");
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
    if (left <= 0) fail("gave no answer to '" + asked + "' in time");
    pollfd wait{from_, POLLIN, 0};
    const int ready = poll(&wait, 1, static_cast<int>(std::min<long long>(left + 1, 1 << 30)));
    if (ready < 0 && errno != EINTR) fail(std::strerror(errno));
    if (ready <= 0) continue;
    char buffer[4096];
    const ssize_t n = read(from_, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) fail("ended without an answer to '" + asked + "'");
    unread_.append(buffer, static_cast<std::size_t>(n));
  }
}

std::string GtpEngine::require(std::string_view line) {
  Reply reply = ask(line);
  if (!reply.success) fail("refused '" + std::string(line) + "': " + reply.text);
  return reply.text;
}

void GtpEngine::set_up(const Game& game) {
  require("boardsize " + std::to_string(game.size()));
  require("clear_board");
  char komi[32];
  std::snprintf(komi, sizeof komi, "komi %g", game.rules().komi);
  require(komi);
  for (const Move& stone : game.setup()) play(stone.color, stone.vertex, game.size());
  for (int i = 0; i < game.move_count(); ++i)
    play(game.move(i).color, game.move(i).vertex, game.size());
}

void GtpEngine::play(Color c, Vertex v, int size) {
  const std::string line = "play " + std::string(name(c)) + " " + vertex_name(v, size);
  const Reply reply = ask(line);
  if (!reply.success)
    throw MoveRefused("GTP engine '" + command_.front() + "': refused '" + line +
                      "': " + reply.text + "; does it play by the same rules?");
}

Vertex GtpEngine::genmove(Color c, const Game& game) {
  const std::string line = "genmove " + std::string(name(c));
  std::string answer = require(line);
  while (!answer.empty() && (answer.back() == ' ' || answer.back() == '\t')) answer.pop_back();
  std::string lower = answer;
  for (char& l : lower) l = l >= 'A' && l <= 'Z' ? static_cast<char>(l - 'A' + 'a') : l;
  if (lower == "resign") return kResign;
  const Vertex v = vertex_of_name(answer, game.size());
  if (v < 0) fail("answered '" + answer.substr(0, 80) + "' to '" + line + "'; expected a vertex");
  if (!game.is_legal(v, c)) fail("plays " + answer + ", which these rules do not allow");
  return v;
}

}  // namespace sandlot::go
