#include "sim/cli/common.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace sandlot {
namespace {

bool shows_colours(int stream) {
  const char* term = std::getenv("TERM");
  return isatty(stream) && !std::getenv("NO_COLOR") && term && std::string_view(term) != "dumb";
}

std::string styled(const char* code, std::string_view text) {
  if (!terminal()) return std::string(text);
  return "\033[" + std::string(code) + "m" + std::string(text) + "\033[0m";
}

void on_signal(int) {
  if (stop_requested.exchange(true)) _exit(130);
}

}  // namespace

std::atomic<bool> stop_requested{false};

bool terminal() {
  static const bool yes = shows_colours(STDOUT_FILENO);
  return yes;
}

bool error_terminal() {
  static const bool yes = shows_colours(STDERR_FILENO);
  return yes;
}

std::string bold(std::string_view text) { return styled("1", text); }
std::string dim(std::string_view text) { return styled("2", text); }
std::string accent(std::string_view text) { return styled("36", text); }

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

std::string padded_to(const std::string& text, std::size_t width, bool right) {
  const std::size_t used = characters(text);
  const std::string blanks(width > used ? width - used : 0, ' ');
  return right ? blanks + text : text + blanks;
}

void print_error(const std::string& message) {
  std::fflush(stdout);
  std::fprintf(stderr, "%s %s\n",
               error_terminal() ? "\033[1;31merror:\033[0m" : "error:", message.c_str());
}

std::string with_thousands(std::int64_t count) {
  std::string digits = std::to_string(count < 0 ? -count : count);
  for (std::ptrdiff_t at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return (count < 0 ? "−" : "") + digits;
}

std::string duration(double seconds) {
  char text[48];
  const auto whole = static_cast<std::int64_t>(std::llround(seconds));
  if (whole < 60)
    std::snprintf(text, sizeof text, "%d s", static_cast<int>(whole));
  else if (whole < 3600)
    std::snprintf(text, sizeof text, "%d min %02d s", static_cast<int>(whole / 60),
                  static_cast<int>(whole % 60));
  else
    std::snprintf(text, sizeof text, "%d h %02d min", static_cast<int>(whole / 3600),
                  static_cast<int>(whole / 60 % 60));
  return text;
}

void install_stop_handler() {
  struct sigaction action = {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

}  // namespace sandlot
