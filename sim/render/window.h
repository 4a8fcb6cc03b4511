// Window: shows scenes on the screen and tells what keys are pressed.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/core/scene.h"

namespace sandlot {

// Whether this build has a window (SANDLOT_WINDOW=ON) and a display answers.
bool window_available();

// Keys have the names that EnvironmentSpec::action_keys uses: "a" … "z", "0" … "9", "left",
// "right", "up", "down", "space", "return", "escape", "tab", "backspace", "shift", "control",
// "alt", "plus", "minus", "comma", "period", "slash", "page_up", "page_down", "home", "end", "f1" …
// "f12".
class Window {
 public:
  struct Input {
    std::vector<std::string> pressed;  // since the last poll, in order; without repeats
    std::vector<Point> clicks;         // left button, in the shown scene's screen units
    bool closed = false;               // someone wants the window gone
  };

  // Throws std::runtime_error where this build has no window or no display answers.
  Window(const std::string& title, int width, int height);
  ~Window();
  Window(Window&&) noexcept;
  Window& operator=(Window&&) noexcept;

  bool open() const;
  void close();
  void set_title(const std::string& title);
  // Draws the scene as large as fits, with bars at two sides where the shapes differ.
  void show(const Scene& scene);
  Input poll();
  bool held(std::string_view key) const;  // as of the last poll

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sandlot
