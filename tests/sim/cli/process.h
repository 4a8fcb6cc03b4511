// The program itself, run as a process of its own.
#pragma once

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "tests/sim/experiment/helpers.h"

namespace sandlot {

class Process {
 public:
  // Output and errors go to files in `folder`; with `display` unset the program has none.
  Process(const std::filesystem::path& folder, std::vector<std::string> arguments,
          bool display = false)
      : out_(folder / "stdout.txt"), err_(folder / "stderr.txt") {
    arguments.insert(arguments.begin(), SANDLOT_BINARY);
    std::vector<char*> argv;
    for (auto& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    const std::string out = out_.string(), err = err_.string();
    child_ = fork();
    REQUIRE(child_ >= 0);
    if (child_ > 0) return;
    if (!display) unsetenv("DISPLAY");
    dup2(open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644), 1);
    dup2(open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644), 2);
    execv(SANDLOT_BINARY, argv.data());
    _exit(127);
  }
  ~Process() {
    if (child_ <= 0) return;
    ::kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void send(int signal) { ::kill(child_, signal); }
  bool running() {
    siginfo_t info{};
    return waitid(P_PID, static_cast<id_t>(child_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == 0;
  }
  // The exit code, or minus the signal that ended it.
  int wait() {
    int status = 0;
    REQUIRE(waitpid(child_, &status, 0) == child_);
    child_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  std::string out() const { return text_of(out_); }
  std::string err() const { return text_of(err_); }

 private:
  std::filesystem::path out_, err_;
  pid_t child_ = 0;
};

struct Finished {
  int code;
  std::string out, err;
};

inline Finished run(const std::filesystem::path& folder, std::vector<std::string> arguments) {
  Process process(folder, std::move(arguments));
  const int code = process.wait();
  return {code, process.out(), process.err()};
}

template <class Condition>
bool wait_until(double seconds, Condition condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (std::chrono::steady_clock::now() < end) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return condition();
}

}  // namespace sandlot
