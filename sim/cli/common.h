// What the verbs share: terminal colours, errors, the stop flag.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

namespace sandlot {

bool terminal();        // stdout is a terminal that shows colours
bool error_terminal();  // stderr is
// ANSI styles, where the stream is a terminal; plain text otherwise.
std::string bold(std::string_view text);
std::string dim(std::string_view text);
std::string accent(std::string_view text);

std::size_t characters(std::string_view text);  // of UTF-8
// Filled with blanks to a width in characters.
std::string padded_to(const std::string& text, std::size_t width, bool right);

void print_error(const std::string& message);  // "error: …" on stderr

std::string with_thousands(std::int64_t count);  // "1,234,567"
std::string duration(double seconds);            // "2 min 05 s"

// Set by Ctrl-C (SIGINT) and SIGTERM once install_stop_handler() was called; a second Ctrl-C ends
// the process at once.
extern std::atomic<bool> stop_requested;
void install_stop_handler();

}  // namespace sandlot
