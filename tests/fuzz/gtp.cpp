// Any bytes as a conversation in GTP: every line gets an answer of the right form.
#include <cstdint>
#include <cstdlib>

#include "tests/sim/cli/gtp_player.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sandlot;
  UniformPlayer player;
  GtpSession session(player, 5, {}, "1");
  std::string_view text(reinterpret_cast<const char*>(data), size);
  while (!text.empty() && !session.done()) {
    const auto end = std::min(text.find('\n'), text.size() - 1) + 1;
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end);
    if (line.find("loadsgf") != std::string_view::npos) continue;  // reads files
    const std::string answer = session.answer(line);
    if (session.analyzing())
      session.analyze();
    else if (!is_answer(answer))
      std::abort();
  }
  return 0;
}
