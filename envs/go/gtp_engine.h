// A Go program on the other end of a pipe that speaks the Go Text Protocol, version 2 (Farnebäck
// 2002).
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "envs/go/game.h"

namespace sandlot::go {

// The engine died, kept silent for too long, or answered what no engine may; the message names the
// engine, the command and the answer.
struct EngineError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// It does not take a move that these rules allow: it plays by others.
struct MoveRefused : EngineError {
  using EngineError::EngineError;
};

class GtpEngine {
 public:
  struct Reply {
    bool success = false;
    std::string text;
  };

  // Starts the program; `command` is its path or name and its arguments. Throws EngineError where
  // it cannot be started.
  GtpEngine(std::vector<std::string> command, double timeout_seconds);
  ~GtpEngine();
  GtpEngine(const GtpEngine&) = delete;
  GtpEngine& operator=(const GtpEngine&) = delete;

  const std::vector<std::string>& command() const { return command_; }
  // The answer to one command line; EngineError after the time-out. `timeout_seconds` ≤ 0: the
  // engine's own.
  Reply ask(std::string_view line, double timeout_seconds = 0);
  // The same, EngineError where the engine says no.
  std::string require(std::string_view line);
  void restart();  // a fresh process

  // A new game: size, komi, and the stones and moves of `game` so far.
  void set_up(const Game& game);
  void play(Color c, Vertex v, int size);
  // kResign where the engine gives up.
  static constexpr Vertex kResign = -2;
  Vertex genmove(Color c, const Game& game);

 private:
  void start();
  void stop();
  [[noreturn]] void fail(const std::string& what) const;

  std::vector<std::string> command_;
  double timeout_;
  int process_ = -1, to_ = -1, from_ = -1;
  std::string unread_;
};

}  // namespace sandlot::go
